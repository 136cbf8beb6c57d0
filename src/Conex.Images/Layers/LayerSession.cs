using Conex.Images.Archives;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>The layers of one load or import: unpacked first, committed together when everything is verified, gone when it fails.</summary>
internal sealed class LayerSession(ImageStore store) : IDisposable
{
    private readonly Dictionary<Digest, StoredLayer> provided = [];
    private readonly List<PendingLayer> pending = [];
    private readonly HashSet<Digest> leased = [];

    /// <summary>The layer of a known diff ID: unpacked, or when it is in the store only verified.</summary>
    internal StoredLayer Provide(Digest diffId, ArchiveFile file, ProgressStream.Report report, CancellationToken cancellationToken)
    {
        if (provided.TryGetValue(diffId, out StoredLayer? layer))
        {
            return layer;
        }
        Lease(diffId);
        if (store.Layers.Find(diffId) is { } present)
        {
            using Stream tar = new ProgressStream(file.OpenRead(), report);
            store.Layers.Verify(tar, diffId, cancellationToken);
            layer = present;
        }
        else if (file.AsTar(diffId) is { } spooled)
        {
            pending.Add(store.Layers.AdoptTar(spooled, cancellationToken));
            report.Complete();
            layer = pending[^1].Layer;
        }
        else
        {
            using Stream tar = new ProgressStream(file.OpenRead(), report);
            pending.Add(store.Layers.Unpack(tar, diffId, cancellationToken));
            layer = pending[^1].Layer;
        }
        provided[diffId] = layer;
        return layer;
    }

    /// <summary>A layer whose diff ID is whatever its bytes come to.</summary>
    internal StoredLayer Provide(Stream tar, CancellationToken cancellationToken)
    {
        pending.Add(store.Layers.Unpack(tar, expected: null, cancellationToken));
        StoredLayer layer = pending[^1].Layer;
        Lease(layer.DiffId);
        provided[layer.DiffId] = layer;
        return layer;
    }

    /// <summary>Keeps layers that are in the store already.</summary>
    internal void Hold(IEnumerable<Digest> diffIds)
    {
        foreach (Digest diffId in diffIds)
        {
            Lease(diffId);
        }
    }

    internal void Commit() => store.Layers.Commit(pending);

    public void Dispose()
    {
        foreach (PendingLayer layer in pending)
        {
            layer.Dispose();
        }
        store.ReturnLeases(leased);
    }

    private void Lease(Digest diffId)
    {
        if (leased.Add(diffId))
        {
            store.TakeLease(diffId);
        }
    }
}

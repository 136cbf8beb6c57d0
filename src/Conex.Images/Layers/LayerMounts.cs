using Conex.Images.Catalog;
using Conex.Images.Compression;
using Conex.Images.Erofs;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>The mounts of layers: one a layer, made when it is first asked for and kept, so that all containers share its pages.</summary>
/// <param name="path">The store's directory, absolute.</param>
/// <param name="places">Where layers get their places.</param>
internal sealed class LayerMounts(string path, LayerPlaces places) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, LayerSource> mounts = [];

    /// <summary>Where a layer's files are.</summary>
    /// <inheritdoc cref="LayerStore.Source"/>
    internal LayerSource Get(Digest diffId, LayerStorage storage)
    {
        lock (gate)
        {
            if (mounts.TryGetValue(diffId, out LayerSource? known))
            {
                return known;
            }
            using DirectoryHandle store = PathAt.OpenDirectory(path);
            using DirectoryHandle layer = PathAt.OpenDirectory(store, diffId.Hex);
            LayerRecord record =
                LayerFiles.TryReadRecord(store, diffId.Hex) ?? throw new KernelException("open layer", diffId.ToString(), Errno.ENOENT);
            if (storage != LayerStorage.Unpacked && TryMount(layer, record, storage) is { } mount)
            {
                LayerSource source = storage == LayerStorage.Mounted ? new LayerSource(mount) : Place(diffId, mount);
                mounts[diffId] = source;
                return source;
            }
            if (!HasTree(layer))
            {
                new LayerWriter(layer, isMounting: false, ExpansionLimit.Default).AddTree(path);
            }
            return new LayerSource(Path.Combine(path, diffId.Hex, LayerFiles.Tree));
        }
    }

    internal bool Contains(Digest diffId)
    {
        lock (gate)
        {
            return mounts.ContainsKey(diffId);
        }
    }

    /// <summary>Takes a mount over that another process made.</summary>
    /// <returns>False when there is one.</returns>
    internal bool TryAdd(Digest diffId, MountHandle mount)
    {
        lock (gate)
        {
            return mounts.TryAdd(diffId, new LayerSource(mount));
        }
    }

    /// <summary>Does something while no mount is made, and nothing is added to a layer for one.</summary>
    internal T Exclusively<T>(Func<T> work)
    {
        lock (gate)
        {
            return work();
        }
    }

    /// <summary>Lets a layer go: containers that have it mounted keep it until they end.</summary>
    internal void Forget(Digest diffId)
    {
        lock (gate)
        {
            if (mounts.Remove(diffId, out LayerSource? source))
            {
                End(source);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (LayerSource source in mounts.Values)
            {
                End(source);
            }
            mounts.Clear();
        }
    }

    private LayerSource Place(Digest diffId, MountHandle mount)
    {
        using (mount)
        {
            return new LayerSource(places.Attach(diffId, mount));
        }
    }

    private static void End(LayerSource source)
    {
        if (source.Mount is { } mount)
        {
            mount.Dispose();
        }
        else
        {
            LayerPlaces.Detach(source.Path);
        }
    }

    /// <returns>Null when the layer is unpacked, or must be.</returns>
    private static MountHandle? TryMount(DirectoryHandle layer, LayerRecord record, LayerStorage storage)
    {
        using FileHandle? tar = PathAt.TryOpen(layer, LayerFiles.Tar, OpenMode.Read, out _);
        if (tar is null || (record.Index is null && HasTree(layer)))
        {
            return null;
        }
        if (!IsIntact(layer, record))
        {
            try
            {
                new LayerWriter(layer, isMounting: true, ExpansionLimit.Default).AddIndex(record);
            }
            catch (ErofsLimitException)
            {
                return null;
            }
        }
        using FileHandle index = PathAt.Open(layer, LayerFiles.Index, OpenMode.Read);
        Errno error;
        MountHandle? mount =
            storage == LayerStorage.Looped ? LayerIndex.TryMountLooped(index, tar, out error) : LayerIndex.TryMount(index, tar, out error);
        return mount ?? throw new KernelException("mount layer", record.DiffId, error);
    }

    /// <summary>Whether the index is there, in the format of this writer.</summary>
    internal static bool HasIndex(DirectoryHandle layer, LayerRecord record) =>
        record.Index is { Version: LayerIndex.FormatVersion } && PathAt.Status(layer, LayerFiles.Index) is not null;

    /// <summary>Whether it also is what its writer wrote.</summary>
    internal static bool IsIntact(DirectoryHandle layer, LayerRecord record)
    {
        if (record.Index is not { Version: LayerIndex.FormatVersion } known)
        {
            return false;
        }
        FileHandle? file = PathAt.TryOpen(layer, LayerFiles.Index, OpenMode.Read, out _);
        if (file is null)
        {
            return false;
        }
        using FileStream index = LayerFiles.Stream(file, FileAccess.Read);
        return string.Equals(LayerIndex.Checksum(index), known.Checksum, StringComparison.Ordinal);
    }

    internal static bool HasTree(DirectoryHandle layer) => PathAt.Status(layer, LayerFiles.Tree, follow: false) is { IsDirectory: true };
}

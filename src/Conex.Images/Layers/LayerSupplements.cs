using Conex.Images.Catalog;
using Conex.Images.Paging;
using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>Makes what an image's layers leave to those below them: the files of hard links to lower layers, which overlayfs would make by copying up,
/// and the directories that a layer puts something into and says nothing of. They become layers of this store, since such a layer is the same in all
/// images, and what it means is not. Held until disposed.</summary>
internal sealed class LayerSupplements(ImageStore store) : IDisposable
{
    private readonly List<LayerSession> sessions = [];

    /// <summary>For each layer the one that lies above it; null for those that need none.</summary>
    /// <param name="layers">Of one image, the lowest first, all in the store.</param>
    /// <exception cref="LayerException">A hard link's target is in no layer below.</exception>
    internal IReadOnlyList<Digest?> For(IReadOnlyList<StoredLayer> layers)
    {
        var supplements = new Digest?[layers.Count];
        List<Digest> below = [];
        for (int i = 0; i < layers.Count; i++)
        {
            supplements[i] = Make(layers[i].DiffId, below);
            below.Add(layers[i].DiffId);
            below.AddRange(supplements[i] is { } supplement ? [supplement] : (Digest[])[]);
        }
        return supplements;
    }

    public void Dispose() => sessions.ForEach(session => session.Dispose());

    private Digest? Make(Digest layer, List<Digest> below)
    {
        LayerRecord? record = store.Layers.RecordOf(layer);
        LowerLink[] links = record?.Links ?? [];
        bool mayLackDirectories = record is { HasMadeParents: true } && below.Count > 0;
        if (links.Length == 0 && !mayLackDirectories)
        {
            return null;
        }
        using FileStream file = LayerFiles.Stream(ScratchFile.Open(), FileAccess.ReadWrite);
        var tar = new TarWriter(file);
        var lowers = new LayeredTree([.. below.AsEnumerable().Reverse().Distinct().Select(one => store.Layers.Source(one).Path)]);
        using (var supplement = new LayerSupplement(tar, store.Layers.Source(layer).Path, lowers))
        {
            supplement.AddLinks(links);
            if (mayLackDirectories)
            {
                AddDirectories(supplement, layer);
            }
            if (supplement.IsEmpty)
            {
                return null;
            }
        }
        tar.Finish();
        file.Position = 0;
        var session = new LayerSession(store);
        sessions.Add(session);
        Digest made = session.Provide(file, CancellationToken.None).DiffId;
        session.Commit();
        return made;
    }

    /// <summary>Which directories have no entry the layer's tar tells once more.</summary>
    private void AddDirectories(LayerSupplement supplement, Digest layer)
    {
        using Stream? tar = store.Layers.OpenTar(layer);
        if (tar is not null)
        {
            using LayerTree tree = store.Layers.NewTree();
            LayerIndexer.ReadOfImage(new TarReader(tar), tree, out _);
            supplement.AddDirectories(tree);
        }
    }
}

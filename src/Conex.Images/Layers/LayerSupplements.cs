using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>Makes the files that an image's layers mean by hard links to lower layers: what overlayfs would make by copying up. They become a layer of this
/// store, since the layer with the links is the same in all images, and the files are not. Held until disposed.</summary>
internal sealed class LayerSupplements(ImageStore store) : IDisposable
{
    private const ResolveRules Inside = ResolveRules.InRoot | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks;
    private readonly List<LayerSession> sessions = [];

    /// <summary>For each layer the one that lies above it; null for those without such links.</summary>
    /// <param name="layers">Of one image, the lowest first, all in the store.</param>
    /// <exception cref="LayerException">No layer below has the file.</exception>
    internal IReadOnlyList<Digest?> For(IReadOnlyList<StoredLayer> layers)
    {
        var supplements = new Digest?[layers.Count];
        List<Digest> below = [];
        for (int i = 0; i < layers.Count; i++)
        {
            IReadOnlyList<LowerLink> links = store.Layers.LinksOf(layers[i].DiffId);
            supplements[i] = links.Count > 0 ? Make(layers[i].DiffId, links, below) : null;
            below.Add(layers[i].DiffId);
            below.AddRange(supplements[i] is { } supplement ? [supplement] : (Digest[])[]);
        }
        return supplements;
    }

    public void Dispose() => sessions.ForEach(session => session.Dispose());

    private Digest Make(Digest layer, IReadOnlyList<LowerLink> links, List<Digest> below)
    {
        using FileStream file = store.Content.OpenTemporary();
        var tar = new TarWriter(file);
        Write(
            tar,
            layer,
            links,
            new LayeredTree([.. below.AsEnumerable().Reverse().Distinct().Select(one => store.Layers.Source(one).Path)])
        );
        tar.Finish();
        file.Position = 0;
        var session = new LayerSession(store);
        sessions.Add(session);
        Digest made = session.Provide(file, CancellationToken.None).DiffId;
        session.Commit();
        return made;
    }

    private void Write(TarWriter tar, Digest layer, IReadOnlyList<LowerLink> links, LayeredTree lowers)
    {
        var archive = new TreeArchive(tar, TreeForm.Plain);
        using DirectoryHandle own = PathAt.OpenDirectory(store.Layers.Source(layer).Path);
        HashSet<byte[]> directories = new(BytePathComparer.Instance);
        Dictionary<byte[], byte[]> written = new(BytePathComparer.Instance);
        foreach (LowerLink link in links)
        {
            for (int end = 0; (end = NextSlash(link.Path, end)) > 0; )
            {
                if (directories.Add(link.Path[..end]))
                {
                    WriteDirectory(archive, own, link.Path[..end]);
                }
            }
            if (written.TryGetValue(link.Target, out byte[]? first))
            {
                tar.Add(
                    new TarEntry
                    {
                        Type = TarEntryType.HardLink,
                        Path = link.Path,
                        LinkTarget = first,
                    }
                );
                continue;
            }
            written[link.Target] = link.Path;
            _ =
                lowers.TryUse(
                    link.Target,
                    followsLast: false,
                    (directory, name) =>
                    {
                        archive.Add(directory, name, link.Path, CancellationToken.None);
                        return name;
                    }
                )
                ?? throw new LayerException(
                    $"the layer has a hard link, {LayerPath.Show(link.Path)}, to {LayerPath.Show(link.Target)}, "
                        + "which is no file of the layer nor of those below it"
                );
        }
    }

    /// <summary>As the layer itself has it: the top-most layer with a directory says what it is.</summary>
    private static void WriteDirectory(TreeArchive archive, DirectoryHandle root, byte[] path)
    {
        int slash = Array.LastIndexOf(path, (byte)'/');
        using DirectoryHandle parent =
            EntryAt.TryOpenResolved(root, slash < 0 ? "."u8 : path.AsSpan(0, slash), OpenMode.Path, Inside, out Errno error)
            ?? throw new KernelException("open directory", LayerPath.Show(path), error);
        archive.AddAlone(parent, path[(slash + 1)..], path);
    }

    private static int NextSlash(byte[] path, int after)
    {
        int slash = path.AsSpan(after + 1).IndexOf((byte)'/');
        return slash < 0 ? 0 : after + 1 + slash;
    }
}

using Conex.Images.Erofs;
using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>What one layer of an image leaves to those below it, while it is written into a tar of its own.</summary>
/// <param name="layer">The layer's directory.</param>
/// <param name="lowers">The layers below it.</param>
internal sealed class LayerSupplement(TarWriter tar, string layer, LayeredTree lowers) : IDisposable
{
    private const ResolveRules Inside = ResolveRules.InRoot | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks;

    // Each on the way is open in each layer below.
    private const int DeepestDirectory = 64;
    private readonly TreeArchive archive = new(tar, TreeForm.Plain);
    private readonly DirectoryHandle own = PathAt.OpenDirectory(layer);

    /// <summary>Whether the layer has all that it means.</summary>
    internal bool IsEmpty { get; private set; } = true;

    public void Dispose()
    {
        archive.Dispose();
        own.Dispose();
    }

    /// <summary>Writes the files that hard links mean.</summary>
    /// <exception cref="LayerException">No layer below has the file.</exception>
    internal void AddLinks(IReadOnlyList<LowerLink> links)
    {
        HashSet<byte[]> directories = new(BytePathComparer.Instance);
        Dictionary<byte[], byte[]> written = new(BytePathComparer.Instance);
        foreach (LowerLink link in links)
        {
            IsEmpty = false;
            for (int end = 0; (end = NextSlash(link.Path, end)) > 0; )
            {
                if (directories.Add(link.Path[..end]))
                {
                    AddOwn(link.Path[..end]);
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

    /// <summary>Writes the directories that no entry describes and that are something else below: an overlay shows of a directory what the top-most
    /// layer says, and what was made for want of an entry says nothing.</summary>
    /// <param name="tree">What the layer's tar holds.</param>
    internal void AddDirectories(LayerTree tree)
    {
        using LayeredTree.LayeredDirectory root = lowers.OpenRoot();
        AddDirectories(tree, tree.Root, root, [], []);
    }

    /// <param name="path">Of the directory, with a slash at the end; empty for the root.</param>
    /// <param name="unwritten">The directories on the way that the tar does not have yet.</param>
    private void AddDirectories(
        LayerTree tree,
        ErofsNode directory,
        LayeredTree.LayeredDirectory lower,
        byte[] path,
        List<byte[]> unwritten
    )
    {
        foreach ((byte[] name, ErofsNode child) in directory.Children)
        {
            if (!child.IsDirectory || NodeAttributes.IsOpaque(child, tree.Rules))
            {
                continue;
            }
            using LayeredTree.LayeredDirectory? below = lower.TryEnter(name);
            if (below is null)
            {
                continue;
            }
            byte[] inner = [.. path, .. name];
            if (child.IsImplied && !IsRight(inner, below.Top))
            {
                unwritten.ForEach(AddOwn);
                unwritten.Clear();
                archive.AddAlone(below.Top, inner);
                IsEmpty = false;
            }
            else
            {
                unwritten.Add(inner);
            }
            if (inner.AsSpan().Count((byte)'/') < DeepestDirectory)
            {
                AddDirectories(tree, child, below, [.. inner, (byte)'/'], unwritten);
            }
            unwritten.Remove(inner);
        }
    }

    /// <summary>Whether the layer shows of a directory what those below it say. Its time is nobody's: something was put into it.</summary>
    private bool IsRight(byte[] path, DirectoryHandle lower)
    {
        using DirectoryHandle upper = OpenOwn(path);
        return EntryAt.Status(lower, "."u8) is { } meant
            && EntryAt.Status(upper, "."u8) is { } shown
            && (meant.Mode, meant.UserId, meant.GroupId) == (shown.Mode, shown.UserId, shown.GroupId)
            && TreeAttributes.Read(lower, "."u8.ToArray(), out _).Count == 0;
    }

    /// <summary>Writes a directory as the layer itself has it: the top-most layer with a directory says what it is.</summary>
    private void AddOwn(byte[] path)
    {
        using DirectoryHandle directory = OpenOwn(path);
        archive.AddAlone(directory, path);
    }

    private DirectoryHandle OpenOwn(byte[] path) =>
        EntryAt.TryOpenResolved(own, path, OpenMode.Path, Inside, out Errno error)
        ?? throw new KernelException("open directory", LayerPath.Show(path), error);

    private static int NextSlash(byte[] path, int after)
    {
        int slash = path.AsSpan(after + 1).IndexOf((byte)'/');
        return slash < 0 ? 0 : after + 1 + slash;
    }
}

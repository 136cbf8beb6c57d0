using Conex.Images.Erofs;
using Conex.Images.Paging;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>A layer's tree before it is an image, in which paths lead where openat2(2) with RESOLVE_IN_ROOT would lead them on a disk.</summary>
internal sealed class LayerTree : IDisposable
{
    private const int LongestName = 255;

    // MAXSYMLINKS of the kernel.
    private const int MostLinks = 40;

    private readonly UnpackRules rules;
    private readonly ErofsTree tree;
    private ErofsNode? cached;
    private byte[] cachedPath = [];

    /// <param name="scratch">Where there is room for a large tree; null: where temporary files are.</param>
    internal LayerTree(UnpackRules rules, DirectoryHandle? scratch)
    {
        this.rules = rules;
        tree = new ErofsTree(() => scratch is null ? ScratchFile.Open() : ScratchFile.Open(scratch));
        Describe(Root);
    }

    internal ErofsNode Root => tree.Root;

    /// <summary>Makes nodes.</summary>
    internal ErofsTree Nodes => tree;

    internal UnpackRules Rules => rules;

    /// <inheritdoc cref="LayerRoot.HasMadeParents"/>
    internal bool HasMadeParents { get; private set; }

    /// <summary>The directory that an entry stands in, made with all its parents when missing.</summary>
    /// <exception cref="LayerException">A parent is no directory.</exception>
    internal ErofsNode Parent(LayerPath path)
    {
        ReadOnlySpan<byte> parent = path.Parent;
        if (cached is not { } directory || !parent.SequenceEqual(cachedPath))
        {
            directory = TryFind(parent.ToArray(), out Errno error) ?? MakeParents(parent, path, error);
            (cached, cachedPath) = (directory, parent.ToArray());
        }
        return directory;
    }

    /// <summary>Something was removed that paths may have led through.</summary>
    internal void Forget() => cached = null;

    /// <summary>A directory by its path, symbolic links followed.</summary>
    /// <param name="followLast">Whether also one at the end.</param>
    internal ErofsNode? TryFind(ReadOnlyMemory<byte> path, out Errno error, bool followLast = true) =>
        TryFind(path, out error, out _, out _, followLast);

    /// <inheritdoc cref="TryFind(ReadOnlyMemory{byte}, out Errno, bool)"/>
    /// <param name="last">The directory that was reached.</param>
    /// <param name="missing">What is left of the path from there, with a slash at the end; empty when nothing is.</param>
    internal ErofsNode? TryFind(ReadOnlyMemory<byte> path, out Errno error, out ErofsNode last, out byte[] missing, bool followLast = true)
    {
        missing = [];
        ErofsNode current = Root;
        int links = 0;
        Stack<ReadOnlyMemory<byte>> waiting = [];
        ReadOnlyMemory<byte> rest = path;
        while (true)
        {
            last = current;
            if (rest.IsEmpty && !waiting.TryPop(out rest))
            {
                error = Errno.None;
                return current;
            }
            int slash = rest.Span.IndexOf((byte)'/');
            ReadOnlyMemory<byte> name = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? default : rest[(slash + 1)..];
            if (name.IsEmpty || name.Span.SequenceEqual("."u8))
            {
                continue;
            }
            if (name.Span.SequenceEqual(".."u8))
            {
                current = current.Parent;
                continue;
            }
            ErofsNode? child = name.Length > LongestName ? null : current.Child(name.Span);
            if (child is { IsDirectory: true } directory)
            {
                current = directory;
                continue;
            }
            if (child is not { Kind: FileKind.SymbolicLink } link)
            {
                error =
                    name.Length > LongestName ? Errno.ENAMETOOLONG
                    : child is null ? Errno.ENOENT
                    : Errno.ENOTDIR;
                missing = Join([name, rest, .. waiting]);
                return null;
            }
            if (++links > MostLinks || (!followLast && rest.IsEmpty && waiting.Count == 0))
            {
                error = Errno.ELOOP;
                return null;
            }
            if (!rest.IsEmpty)
            {
                waiting.Push(rest);
            }
            rest = link.LinkTarget;
            current = rest.Span[0] == '/' ? Root : current;
        }
    }

    /// <summary>The path of a directory with a slash at the end, empty for the root; null when it was taken out of the tree.</summary>
    internal static byte[]? PathOf(ErofsNode directory)
    {
        byte[] path = [];
        for (ErofsNode node = directory; !node.IsRoot; node = node.Parent)
        {
            if (node.Parent.Child(node.Name) != node)
            {
                return null;
            }
            path = [.. node.Name, (byte)'/', .. path];
        }
        return path;
    }

    /// <summary>Makes a directory with the mode of those that no entry describes.</summary>
    internal Errno MakeDirectory(ErofsNode parent, ReadOnlySpan<byte> name)
    {
        Errno error = CheckName(parent, name);
        if (error == Errno.None)
        {
            ErofsNode directory = tree.NewNode(FileKind.Directory);
            Describe(directory);
            parent.Add(name, directory);
        }
        return error;
    }

    /// <summary>Makes a directory where the layer hid the lower layers' one: what they have in it stays hidden.</summary>
    internal Errno ReplaceWhiteout(ErofsNode parent, ReadOnlySpan<byte> name)
    {
        Remove(parent, name);
        Errno error = MakeDirectory(parent, name);
        NodeAttributes.SetOpaque(parent.Child(name)!.Value, rules);
        return error;
    }

    /// <summary>Gives a node a name.</summary>
    /// <returns>EEXIST or ENAMETOOLONG, as the calls that make files say.</returns>
    internal static Errno Add(ErofsNode parent, ReadOnlySpan<byte> name, ErofsNode child)
    {
        Errno error = CheckName(parent, name);
        if (error == Errno.None)
        {
            parent.Add(name, child);
        }
        return error;
    }

    /// <summary>Takes a name away, of a directory with everything in it.</summary>
    internal static void Remove(ErofsNode parent, ReadOnlySpan<byte> name) => parent.Remove(name);

    internal static bool IsWhiteout(ErofsNode node) => node is { Kind: FileKind.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 };

    internal ErofsNode NewWhiteout() => tree.NewDevice(FileKind.CharacterDevice, 0, 0);

    public void Dispose() => tree.Dispose();

    private static Errno CheckName(ErofsNode parent, ReadOnlySpan<byte> name) =>
        name.Length > LongestName ? Errno.ENAMETOOLONG
        : parent.Child(name) is not null ? Errno.EEXIST
        : Errno.None;

    // No entry gives it a time; the image must not depend on the clock.
    private static void Describe(ErofsNode directory)
    {
        directory.Mode = LayerRoot.DirectoryMode;
        directory.IsImplied = true;
    }

    private ErofsNode MakeParents(ReadOnlySpan<byte> parent, LayerPath path, Errno error)
    {
        ErofsNode current = Root;
        byte[] whole = parent.ToArray();
        int end = 0;
        while (error is Errno.ENOENT or Errno.ENOTDIR && end < parent.Length)
        {
            int start = end == 0 ? 0 : end + 1;
            int slash = parent[start..].IndexOf((byte)'/');
            end = slash < 0 ? parent.Length : start + slash;
            ErofsNode? next = TryFind(whole.AsMemory(0, end), out error);
            if (next is null && error is Errno.ENOENT or Errno.ENOTDIR)
            {
                error = MakeParent(current, parent[start..end], error);
                next = error == Errno.None ? TryFind(whole.AsMemory(0, end), out error) : null;
            }
            current =
                next
                ?? throw new LayerException(
                    $"the layer has an entry, {path}, in {LayerPath.Show(parent[..end])}, which is no directory: {KernelException.Explain(error)}"
                );
            error = Errno.ENOENT;
        }
        return end == parent.Length ? current : throw UnpackError.Create(error, "open the directory of", path);
    }

    private Errno MakeParent(ErofsNode parent, ReadOnlySpan<byte> name, Errno error)
    {
        HasMadeParents = true;
        if (error == Errno.ENOENT)
        {
            return MakeDirectory(parent, name);
        }
        return parent.Child(name) is { } child && IsWhiteout(child) ? ReplaceWhiteout(parent, name) : error;
    }

    private static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> parts) =>
        [.. parts.Where(part => !part.IsEmpty).SelectMany(part => (byte[])[.. part.Span, (byte)'/'])];
}

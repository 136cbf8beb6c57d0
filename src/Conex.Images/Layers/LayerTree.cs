using Conex.Images.Erofs;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>A layer's tree in memory, in which paths lead where openat2(2) with RESOLVE_IN_ROOT would lead them on a disk.</summary>
internal sealed class LayerTree
{
    private const int LongestName = 255;

    // MAXSYMLINKS of the kernel.
    private const int MostLinks = 40;

    private readonly UnpackRules rules;
    private ErofsNode? cached;
    private byte[] cachedPath = [];

    internal LayerTree(UnpackRules rules)
    {
        this.rules = rules;
        Root = NewDirectory();
    }

    internal ErofsNode Root { get; }

    internal UnpackRules Rules => rules;

    /// <summary>The directory that an entry stands in, made with all its parents when missing.</summary>
    /// <exception cref="LayerException">A parent is no directory.</exception>
    internal ErofsNode Parent(LayerPath path)
    {
        ReadOnlySpan<byte> parent = path.Parent;
        if (cached is null || !parent.SequenceEqual(cachedPath))
        {
            cached = TryFind(parent.ToArray(), out Errno error) ?? MakeParents(parent, path, error);
            cachedPath = parent.ToArray();
        }
        return cached;
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
                current = current.Parent ?? Root;
                continue;
            }
            ErofsNode? child = name.Length > LongestName ? null : current.Child(name.Span);
            if (child is { IsDirectory: true })
            {
                current = child;
                continue;
            }
            if (child is not { Kind: FileKind.SymbolicLink })
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
            rest = child.LinkTarget;
            current = rest.Span[0] == '/' ? Root : current;
        }
    }

    /// <summary>The path of a directory with a slash at the end, empty for the root; null when it was taken out of the tree.</summary>
    internal byte[]? PathOf(ErofsNode directory)
    {
        byte[] path = [];
        for (ErofsNode node = directory; node != Root; node = node.Parent!)
        {
            byte[]? name = node.Parent?.Children!.FirstOrDefault(pair => pair.Value == node).Key;
            if (name is null)
            {
                return null;
            }
            path = [.. name, (byte)'/', .. path];
        }
        return path;
    }

    /// <summary>Makes a directory with the mode of those that no entry describes.</summary>
    internal static Errno MakeDirectory(ErofsNode parent, ReadOnlySpan<byte> name) => Add(parent, name, NewDirectory());

    /// <summary>Makes a directory where the layer hid the lower layers' one: what they have in it stays hidden.</summary>
    internal Errno ReplaceWhiteout(ErofsNode parent, ReadOnlySpan<byte> name)
    {
        Remove(parent, name);
        Errno error = MakeDirectory(parent, name);
        NodeAttributes.SetOpaque(parent.Child(name)!, rules);
        return error;
    }

    /// <summary>Gives a node a name.</summary>
    /// <returns>EEXIST or ENAMETOOLONG, as the calls that make files say.</returns>
    internal static Errno Add(ErofsNode parent, ReadOnlySpan<byte> name, ErofsNode child)
    {
        if (name.Length > LongestName)
        {
            return Errno.ENAMETOOLONG;
        }
        if (parent.Child(name) is not null)
        {
            return Errno.EEXIST;
        }
        parent.Add(name, child);
        return Errno.None;
    }

    /// <summary>Takes a name away, of a directory with everything in it.</summary>
    internal static void Remove(ErofsNode parent, ReadOnlySpan<byte> name) =>
        parent.Children!.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(name);

    internal static bool IsWhiteout(ErofsNode node) => node is { Kind: FileKind.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 };

    internal static ErofsNode NewWhiteout() => new(FileKind.CharacterDevice);

    // No entry gives it a time; the image must not depend on the clock.
    private static ErofsNode NewDirectory() => new(FileKind.Directory) { Mode = LayerRoot.DirectoryMode, IsImplied = true };

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
        if (error == Errno.ENOENT)
        {
            return MakeDirectory(parent, name);
        }
        return parent.Child(name) is { } child && IsWhiteout(child) ? ReplaceWhiteout(parent, name) : error;
    }

    private static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> parts) =>
        [.. parts.Where(part => !part.IsEmpty).SelectMany(part => (byte[])[.. part.Span, (byte)'/'])];
}

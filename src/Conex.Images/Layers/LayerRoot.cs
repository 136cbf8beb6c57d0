using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>The directory a layer is unpacked into. Parents of entries are found by openat2(2) with RESOLVE_IN_ROOT: symbolic links of the
/// layer lead where they would lead in the container, and nowhere else.</summary>
internal sealed class LayerRoot(DirectoryHandle root, UnpackRules rules, uint mask) : IDisposable
{
    private const ResolveRules InRoot = ResolveRules.InRoot | ResolveRules.NoMagicLinks;

    /// <summary>What directories are made with.</summary>
    internal const uint DirectoryMode = 0x1ED;

    private DirectoryHandle? cached;
    private byte[] cachedPath = [];
    private bool isStale;

    internal UnpackRules Rules => rules;

    /// <summary>Whether a directory was made for an entry's sake that no entry had described by then.</summary>
    internal bool HasMadeParents { get; private set; }

    /// <summary>The umask of this process.</summary>
    internal uint Mask => mask;

    public void Dispose() => cached?.Dispose();

    /// <summary>The directory that an entry stands in, made with all its parents when missing. Archives list a directory's files one
    /// after the other, so one remembered descriptor serves nearly all. Valid until the next call.</summary>
    /// <exception cref="LayerException">A parent is no directory.</exception>
    internal DirectoryHandle Parent(LayerPath path)
    {
        ReadOnlySpan<byte> parent = path.Parent;
        if (cached is null || isStale || !parent.SequenceEqual(cachedPath))
        {
            DirectoryHandle next = TryOpen(parent, OpenMode.Path, out Errno error) ?? MakeParents(parent, path, error);
            cached?.Dispose();
            cached = next;
            cachedPath = parent.ToArray();
            isStale = false;
        }
        return cached;
    }

    /// <summary>Something was removed that paths may have led through.</summary>
    internal void Forget() => isStale = true;

    /// <summary>Opens a directory of the layer, links in its path followed in-root.</summary>
    internal DirectoryHandle? TryOpen(ReadOnlySpan<byte> path, OpenMode flags, out Errno error) =>
        EntryAt.TryOpenResolved(root, path.IsEmpty ? "."u8 : path, flags, InRoot, out error);

    /// <summary>Makes a directory with the mode of those that no entry describes.</summary>
    internal Errno MakeDirectory(DirectoryHandle parent, ReadOnlySpan<byte> name)
    {
        Errno error = EntryAt.MakeDirectory(parent, name, DirectoryMode);
        return error == Errno.None && (mask & DirectoryMode) != 0 ? EntryAt.SetMode(parent, name, DirectoryMode) : error;
    }

    /// <summary>Makes a directory where the layer hid the lower layers' one: what they have in it stays hidden.</summary>
    internal Errno ReplaceWhiteout(DirectoryHandle parent, ReadOnlySpan<byte> name)
    {
        Errno error = EntryAt.Unlink(parent, name);
        error = error == Errno.None ? MakeDirectory(parent, name) : error;
        return error == Errno.None ? SetOpaque(parent, name) : error;
    }

    internal Errno SetOpaque(DirectoryHandle parent, ReadOnlySpan<byte> name) =>
        ExtendedAttributes.SetAt(parent, name, rules.OpaqueAttribute, "y"u8);

    internal static bool IsWhiteout(FileStatus status) => status.Kind == FileKind.CharacterDevice && status.SpecialDevice == (0, 0);

    private DirectoryHandle MakeParents(ReadOnlySpan<byte> parent, LayerPath path, Errno error)
    {
        DirectoryHandle current = TryOpen([], OpenMode.Path, out Errno rootError) ?? throw UnpackError.Create(rootError, "open", path);
        int end = 0;
        while (error is Errno.ENOENT or Errno.ENOTDIR && end < parent.Length)
        {
            int start = end == 0 ? 0 : end + 1;
            int slash = parent[start..].IndexOf((byte)'/');
            end = slash < 0 ? parent.Length : start + slash;
            DirectoryHandle? next = TryOpen(parent[..end], OpenMode.Path, out error);
            if (next is null && error is Errno.ENOENT or Errno.ENOTDIR)
            {
                error = MakeParent(current, parent[start..end], error);
                next = error == Errno.None ? TryOpen(parent[..end], OpenMode.Path, out error) : null;
            }
            current.Dispose();
            if (next is null)
            {
                throw new LayerException(
                    $"the layer has an entry, {path}, in {LayerPath.Show(parent[..end])}, which is no directory: {KernelException.Explain(error)}"
                );
            }
            current = next;
            error = Errno.ENOENT;
        }
        if (end == parent.Length)
        {
            return current;
        }
        current.Dispose();
        throw UnpackError.Create(error, "open the directory of", path);
    }

    private Errno MakeParent(DirectoryHandle parent, ReadOnlySpan<byte> name, Errno error)
    {
        HasMadeParents = true;
        if (error == Errno.ENOENT)
        {
            return MakeDirectory(parent, name);
        }
        return EntryAt.Status(parent, name) is { } status && IsWhiteout(status) ? ReplaceWhiteout(parent, name) : error;
    }
}

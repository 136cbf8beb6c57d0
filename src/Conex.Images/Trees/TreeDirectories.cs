using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>The directories of a tree that others may be changing: found by openat2(2) with RESOLVE_IN_ROOT, so that symbolic links lead where
/// they would lead for whoever has this root, and nowhere else.</summary>
internal sealed class TreeDirectories(DirectoryHandle root) : IDisposable
{
    /// <summary>What directories are made with.</summary>
    internal const uint DirectoryMode = 0x1ED; // 0755

    private const ResolveRules InRoot = ResolveRules.InRoot | ResolveRules.NoMagicLinks;
    private DirectoryHandle? cached;
    private byte[] cachedPath = [];
    private bool isStale;

    public void Dispose() => cached?.Dispose();

    /// <summary>The directory at a path, made with all its parents when missing. Archives list a directory's files one after the other, so
    /// one remembered descriptor serves nearly all. Valid until the next call.</summary>
    /// <param name="path">Relative to the root, without "..".</param>
    /// <exception cref="KernelException">It cannot be made, or is something else.</exception>
    internal DirectoryHandle Get(ReadOnlySpan<byte> path)
    {
        if (cached is null || isStale || !path.SequenceEqual(cachedPath))
        {
            DirectoryHandle next = OpenOrMake(path);
            cached?.Dispose();
            cached = next;
            cachedPath = path.ToArray();
            isStale = false;
        }
        return cached;
    }

    /// <summary>Something was removed that paths may have led through.</summary>
    internal void Forget() => isStale = true;

    internal DirectoryHandle? TryOpen(ReadOnlySpan<byte> path, OpenMode flags, out Errno error) =>
        EntryAt.TryOpenResolved(root, path.IsEmpty ? "."u8 : path, flags, InRoot, out error);

    /// <summary>Makes a directory, whatever the umask says.</summary>
    internal static Errno Make(DirectoryHandle parent, ReadOnlySpan<byte> name)
    {
        Errno error = EntryAt.MakeDirectory(parent, name, DirectoryMode);
        return error == Errno.None ? EntryAt.SetMode(parent, name, DirectoryMode) : error;
    }

    private DirectoryHandle OpenOrMake(ReadOnlySpan<byte> path)
    {
        DirectoryHandle? found = TryOpen(path, OpenMode.Path, out Errno error);
        if (error == Errno.ENOENT && !path.IsEmpty)
        {
            int slash = path.LastIndexOf((byte)'/');
            using DirectoryHandle parent = OpenOrMake(path[..Math.Max(slash, 0)]);
            error = Make(parent, path[(slash + 1)..]);
            found = error is Errno.None or Errno.EEXIST ? TryOpen(path, OpenMode.Path, out error) : null;
        }
        return found ?? throw new KernelException("open directory", $"/{Encoding.UTF8.GetString(path)}", error);
    }
}

using System.Text;
using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>Reads files of a root file system from its layers without mounting it, as overlayfs would show them: the top-most layer wins,
/// a whiteout hides, an opaque directory ends the merge, and symbolic links stay inside.</summary>
/// <param name="layers">Absolute directories, the top-most first.</param>
public sealed class LayeredTree(IReadOnlyList<string> layers)
{
    private const int MostLinks = 40;

    /// <summary>The content of a regular file; null when there is none at that path.</summary>
    /// <param name="path">Relative to the root.</param>
    /// <param name="limit">Bytes; a larger file counts as absent.</param>
    public byte[]? TryRead(string path, int limit) =>
        TryUse(Encoding.UTF8.GetBytes(path), followsLast: true, (layer, name) => Read(layer, name, limit));

    /// <summary>Does something with what is no directory, and no symbolic link that is followed: gets the directory that it stands in, and its name there.</summary>
    /// <param name="path">Relative to the root.</param>
    /// <param name="followsLast">Whether a symbolic link at the end is followed.</param>
    /// <returns>What <paramref name="use"/> returns; null when there is no such file.</returns>
    internal T? TryUse<T>(byte[] path, bool followsLast, Func<DirectoryHandle, byte[], T?> use)
        where T : class
    {
        List<DirectoryHandle> directory = OpenRoots();
        try
        {
            Stack<byte[]> rest = new();
            PushComponents(rest, path);
            List<byte[]> walked = [];
            int links = 0;
            while (rest.TryPop(out byte[]? name))
            {
                if (name.AsSpan().SequenceEqual(".."u8))
                {
                    // The parent is found again from the root: an overlay has no handle for a merged directory.
                    RewindTo(walked, rest);
                    Replace(ref directory, OpenRoots());
                    continue;
                }
                Found found = Step(directory, name);
                if (found.Link is { } target && (followsLast || rest.Count > 0))
                {
                    if (++links > MostLinks)
                    {
                        return null;
                    }
                    if (target.AsSpan().StartsWith("/"u8))
                    {
                        walked.Clear();
                        Replace(ref directory, OpenRoots());
                    }
                    PushComponents(rest, target);
                    continue;
                }
                if (found.File is { } layer)
                {
                    return rest.Count == 0 ? use(layer, name) : null;
                }
                if (found.Directories.Count == 0)
                {
                    return null;
                }
                walked.Add(name);
                Replace(ref directory, found.Directories);
            }
            return null;
        }
        finally
        {
            Replace(ref directory, []);
        }
    }

    /// <summary>The root, for a walk through directories alone.</summary>
    internal LayeredDirectory OpenRoot() => new(OpenRoots());

    private static byte[]? Read(DirectoryHandle layer, byte[] name, int limit)
    {
        if (EntryAt.Status(layer, name) is not { Kind: FileKind.Regular })
        {
            return null;
        }
        // O_NONBLOCK: a FIFO that takes the file's place must not stop the engine.
        using FileHandle? file = EntryAt.TryOpen(layer, name, OpenMode.Read | OpenMode.NoFollow | OpenMode.NonBlocking, out _);
        if (file is null || PathAt.Status(file, "") is not { Kind: FileKind.Regular } status || status.Size > (ulong)limit)
        {
            return null;
        }
        return FileIo.ReadToEnd(file, LayerPath.Show(name), limit);
    }

    /// <summary>Looks one name up in a merged directory.</summary>
    private static Found Step(List<DirectoryHandle> directory, byte[] name)
    {
        List<DirectoryHandle> merged = [];
        foreach (DirectoryHandle layer in directory)
        {
            if (EntryAt.Status(layer, name) is not { } status)
            {
                continue;
            }
            if (!status.IsDirectory)
            {
                return merged.Count > 0 || LayerRoot.IsWhiteout(status) ? new Found(merged, null, null)
                    : status.Kind == FileKind.SymbolicLink ? new Found(merged, layer, EntryAt.ReadLink(layer, name))
                    : new Found(merged, layer, null);
            }
            FileHandle? opened = EntryAt.TryOpen(layer, name, OpenMode.Directory | OpenMode.NoFollow, out _);
            if (opened is null)
            {
                break;
            }
            merged.Add(new DirectoryHandle(opened.Descriptor));
            opened.SetHandleAsInvalid();
            if (IsOpaque(merged[^1]))
            {
                break;
            }
        }
        return new Found(merged, null, null);
    }

    private static bool IsOpaque(DirectoryHandle directory)
    {
        string path = $"/proc/self/fd/{directory.Descriptor}/.";
        return IsYes(path, "trusted.overlay.opaque") || IsYes(path, "user.overlay.opaque");
    }

    private static bool IsYes(string path, string attribute)
    {
        try
        {
            return ExtendedAttributes.Get(path, attribute) is [(byte)'y'];
        }
        catch (KernelException e) when (e.Error is Errno.EOPNOTSUPP or Errno.EPERM)
        {
            return false;
        }
    }

    private List<DirectoryHandle> OpenRoots()
    {
        List<DirectoryHandle> roots = new(layers.Count);
        foreach (string layer in layers)
        {
            roots.Add(PathAt.OpenDirectory(layer));
        }
        return roots;
    }

    private static void Replace(ref List<DirectoryHandle> directory, List<DirectoryHandle> next)
    {
        foreach (DirectoryHandle handle in directory)
        {
            handle.Dispose();
        }
        directory = next;
    }

    /// <summary>Puts all but the last walked component back in front of the rest.</summary>
    private static void RewindTo(List<byte[]> walked, Stack<byte[]> rest)
    {
        for (int i = walked.Count - 2; i >= 0; i--)
        {
            rest.Push(walked[i]);
        }
        walked.Clear();
    }

    /// <summary>Puts the components of a path on top, the first top-most.</summary>
    private static void PushComponents(Stack<byte[]> rest, byte[] path)
    {
        List<byte[]> parts = [];
        foreach (Range range in path.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = path.AsSpan(range);
            if (!part.IsEmpty && !part.SequenceEqual("."u8))
            {
                parts.Add(part.ToArray());
            }
        }
        for (int i = parts.Count - 1; i >= 0; i--)
        {
            rest.Push(parts[i]);
        }
    }

    /// <summary>What a name is: a directory (its layers), a file of another kind (its layer), a link (its layer and target), or nothing.</summary>
    private readonly record struct Found(List<DirectoryHandle> Directories, DirectoryHandle? File, byte[]? Link);

    /// <summary>A directory as the layers that it is merged from have it.</summary>
    internal sealed class LayeredDirectory(List<DirectoryHandle> layers) : IDisposable
    {
        /// <summary>What says its mode, owner, time and attributes.</summary>
        internal DirectoryHandle Top => layers[0];

        public void Dispose() => layers.ForEach(layer => layer.Dispose());

        /// <summary>A directory in it; null when there is none of that name. No symbolic link is followed.</summary>
        internal LayeredDirectory? TryEnter(byte[] name) => Step(layers, name).Directories is { Count: > 0 } inner ? new(inner) : null;
    }
}

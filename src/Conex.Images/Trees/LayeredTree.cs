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
    public byte[]? TryRead(string path, int limit) => TryUse(path, followsLast: true, (layer, name) => Read(layer, name, limit));

    /// <summary>Does something with a regular file, or a symbolic link that is not followed: gets the directory that it stands in, and its name there.</summary>
    /// <param name="path">Relative to the root.</param>
    /// <param name="followsLast">Whether a symbolic link at the end is followed.</param>
    /// <returns>What <paramref name="use"/> returns; null when there is no such file.</returns>
    internal T? TryUse<T>(string path, bool followsLast, Func<DirectoryHandle, string, T?> use)
        where T : class
    {
        List<DirectoryHandle> directory = OpenRoots();
        try
        {
            Stack<string> rest = new();
            PushComponents(rest, path);
            List<string> walked = [];
            int links = 0;
            while (rest.TryPop(out string? name))
            {
                if (name is "..")
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
                    if (target.StartsWith('/'))
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

    private static byte[]? Read(DirectoryHandle layer, string name, int limit)
    {
        // O_NONBLOCK: a FIFO that takes the file's place must not stop the engine.
        using FileHandle? file = PathAt.TryOpen(layer, name, OpenMode.Read | OpenMode.NoFollow | OpenMode.NonBlocking, out _);
        if (file is null || PathAt.Status(file, "") is not { Kind: FileKind.Regular } status || status.Size > (ulong)limit)
        {
            return null;
        }
        return FileIo.ReadToEnd(file, name, limit);
    }

    /// <summary>Looks one name up in a merged directory.</summary>
    private static Found Step(List<DirectoryHandle> directory, string name)
    {
        List<DirectoryHandle> merged = [];
        foreach (DirectoryHandle layer in directory)
        {
            if (PathAt.Status(layer, name, follow: false) is not { } status)
            {
                continue;
            }
            if (!status.IsDirectory)
            {
                return merged.Count > 0 ? new Found(merged, null, null)
                    : status.Kind == FileKind.SymbolicLink ? new Found(merged, layer, PathAt.ReadLink(layer, name))
                    : status.Kind == FileKind.Regular ? new Found(merged, layer, null)
                    : new Found(merged, null, null);
            }
            FileHandle? opened = PathAt.TryOpen(layer, name, OpenMode.Directory | OpenMode.NoFollow, out _);
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
    private static void RewindTo(List<string> walked, Stack<string> rest)
    {
        for (int i = walked.Count - 2; i >= 0; i--)
        {
            rest.Push(walked[i]);
        }
        walked.Clear();
    }

    /// <summary>Puts the components of a path on top, the first top-most.</summary>
    private static void PushComponents(Stack<string> rest, string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] is not ".")
            {
                rest.Push(parts[i]);
            }
        }
    }

    /// <summary>What a name is: a directory (its layers), a regular file (its layer), a link (its layer and target), or nothing.</summary>
    private readonly record struct Found(List<DirectoryHandle> Directories, DirectoryHandle? File, string? Link);
}

using Conex.Linux.Errors;

namespace Conex.Linux.Files;

/// <summary>Files that are there whole or not at all, whatever happens in between.</summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="bytes"/> under a temporary name beside <paramref name="path"/> and renames it over.</summary>
    /// <param name="durable">Whether the content survives a power cut once this returns: costs two fsync(2).</param>
    /// <param name="mode">Permission bits, before the umask.</param>
    /// <exception cref="KernelException">The directory cannot be written.</exception>
    public static void Write(FileHandle directory, string path, ReadOnlySpan<byte> bytes, bool durable = false, uint mode = 0x180)
    {
        int slash = path.LastIndexOf('/');
        string temporary = $"{path.AsSpan(0, slash + 1)}.{path.AsSpan(slash + 1)}.tmp";
        using (FileHandle file = Create(directory, temporary, mode))
        {
            FileIo.Write(file, bytes, temporary);
            if (durable)
            {
                FileIo.Sync(file, temporary);
            }
        }
        PathAt.Rename(directory, temporary, directory, path);
        if (durable)
        {
            using DirectoryHandle parent = PathAt.OpenDirectory(directory, slash < 0 ? "." : path[..(slash + 1)]);
            FileIo.Sync(parent, path);
        }
    }

    /// <summary>A new file; one that a writer left when it was killed goes.</summary>
    private static FileHandle Create(FileHandle directory, string path, uint mode)
    {
        const OpenMode asNew = OpenMode.Write | OpenMode.Create | OpenMode.Exclusive;
        if (PathAt.TryOpen(directory, path, asNew, out Errno error, mode) is { } file)
        {
            return file;
        }
        if (error == Errno.EEXIST)
        {
            PathAt.Unlink(directory, path);
        }
        return PathAt.Open(directory, path, asNew, mode);
    }

    /// <inheritdoc cref="Write(FileHandle, string, ReadOnlySpan{byte}, bool, uint)"/>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool durable = false, uint mode = 0x180) =>
        Write(PathAt.Current, path, bytes, durable, mode);
}

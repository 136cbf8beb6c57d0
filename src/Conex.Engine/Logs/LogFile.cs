using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Logs;

/// <summary>One file of a log, open: it stays readable when it is rotated away.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly FileHandle handle;

    private LogFile(FileHandle handle, ulong inode)
    {
        this.handle = handle;
        Inode = inode;
    }

    internal ulong Inode { get; }

    internal long Size => (long)(PathAt.Status(handle, "")?.Size ?? 0);

    /// <summary>Opens a file; null when there is none.</summary>
    internal static LogFile? TryOpen(string path)
    {
        FileHandle? handle = PathAt.TryOpen(PathAt.Current, path, OpenMode.Read | OpenMode.NoFollow, out Errno error);
        if (handle is null)
        {
            return error is Errno.ENOENT ? null : throw new KernelException("open", path, error);
        }
        return new LogFile(handle, PathAt.Status(handle, "")!.Value.Inode);
    }

    /// <summary>Opens all files of a log, the oldest first.</summary>
    internal static List<LogFile> OpenAll(string path)
    {
        List<LogFile> files = [];
        int missing = 0;
        for (int number = 0; missing < 2; number++)
        {
            if (TryOpen(Name(path, number)) is not { } file)
            {
                // A rotation that goes on, or that was cut, leaves one number without a file.
                missing++;
                continue;
            }
            // A rotation between two opens shows one file under two names.
            if (files.Count > 0 && files[^1].Inode == file.Inode)
            {
                file.Dispose();
                continue;
            }
            files.Add(file);
        }
        files.Reverse();
        return files;
    }

    /// <summary>The file that was begun after this one; null while this is the newest.</summary>
    internal LogFile? TryOpenNext(string path)
    {
        List<LogFile> files = OpenAll(path);
        int self = files.FindIndex(file => file.Inode == Inode);
        // Rotated out of the set: what is oldest now comes next.
        int next = self + 1;
        for (int i = 0; i < files.Count; i++)
        {
            if (i != next)
            {
                files[i].Dispose();
            }
        }
        return next < files.Count ? files[next] : null;
    }

    /// <summary>Reads at an offset; 0 at the end.</summary>
    /// <exception cref="KernelException">pread(2) refused.</exception>
    internal int Read(Span<byte> buffer, long offset) =>
        PositionedRead.TryRead(handle, buffer, offset, out Errno error) is var count and >= 0
            ? count
            : throw new KernelException("read", "the log", error);

    public void Dispose() => handle.Dispose();

    private static string Name(string path, int number) => number == 0 ? path : $"{path}.{number}";
}

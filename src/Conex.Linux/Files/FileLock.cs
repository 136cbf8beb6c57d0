using Conex.Linux.Clocks;
using Conex.Linux.Errors;
using Conex.Linux.Polling;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>An flock(2) lock: held until disposed or until the process is gone, however it ends.</summary>
public sealed class FileLock : IDisposable
{
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;
    private const int LOCK_UN = 8;
    private readonly FileHandle file;

    private FileLock(FileHandle file) => this.file = file;

    /// <summary>Takes the lock of a file, which is made when missing.</summary>
    /// <param name="wait">False: null when somebody else holds it.</param>
    /// <exception cref="KernelException">The file cannot be opened or locked.</exception>
    public static FileLock? Take(string path, bool wait)
    {
        FileHandle file = PathAt.Open(path, OpenMode.ReadWrite | OpenMode.Create, 0x180);
        Errno error = Lock(file, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
        if (error == Errno.None)
        {
            return new FileLock(file);
        }
        file.Dispose();
        return error == Errno.EAGAIN ? null : throw new KernelException("lock", path, error);
    }

    /// <summary>Takes the lock of an open file or directory, for as long as it is open anywhere, in children too, or until <see cref="Unlock"/>.</summary>
    /// <returns>False when somebody else held it for the whole time.</returns>
    /// <exception cref="KernelException">It cannot be locked.</exception>
    public static bool TryLock(FileHandle file, TimeSpan patience)
    {
        const int pause = 5;
        var deadline = new Deadline(patience);
        Errno error;
        while ((error = Lock(file, LOCK_EX | LOCK_NB)) == Errno.EAGAIN && !deadline.HasPassed)
        {
            _ = Poll.Readable([], pause);
        }
        return error is Errno.None or Errno.EAGAIN ? error == Errno.None : throw new KernelException("lock", null, error);
    }

    /// <summary>Gives back what <see cref="TryLock"/> took.</summary>
    public static void Unlock(FileHandle file) => _ = Lock(file, LOCK_UN);

    private static Errno Lock(FileHandle file, int operation)
    {
        Errno error;
        do
        {
            error = Libc.flock(file.Descriptor, operation) == 0 ? Errno.None : KernelCall.LastError;
        } while (error == Errno.EINTR);
        return error;
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => file.Dispose();
}

using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>An flock(2) lock: held until disposed or until the process is gone, however it ends.</summary>
public sealed class FileLock : IDisposable
{
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;
    private readonly FileHandle file;

    private FileLock(FileHandle file) => this.file = file;

    /// <summary>Takes the lock of a file, which is made when missing.</summary>
    /// <param name="wait">False: null when somebody else holds it.</param>
    /// <exception cref="KernelException">The file cannot be opened or locked.</exception>
    public static FileLock? Take(string path, bool wait)
    {
        FileHandle file = PathAt.Open(path, OpenMode.ReadWrite | OpenMode.Create, 0x180);
        int result;
        Errno error;
        do
        {
            result = Libc.flock(file.Descriptor, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
            error = result == 0 ? Errno.None : KernelCall.LastError;
        } while (error == Errno.EINTR);
        if (error == Errno.None)
        {
            return new FileLock(file);
        }
        file.Dispose();
        return error == Errno.EAGAIN ? null : throw new KernelException("lock", path, error);
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => file.Dispose();
}

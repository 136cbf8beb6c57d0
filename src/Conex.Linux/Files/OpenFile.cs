using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>What can be done to a file that is open: its attributes, size and durability, without naming it again.</summary>
public static unsafe class OpenFile
{
    /// <summary>fchown(2). Clears the set-user-ID bit and file capabilities: call it before <see cref="SetMode"/>.</summary>
    public static Errno SetOwner(FileHandle file, uint user, uint group) => Result(Libc.fchown(file.Descriptor, user, group));

    /// <summary>fchmod(2).</summary>
    public static Errno SetMode(FileHandle file, uint mode) => Result(Libc.fchmod(file.Descriptor, mode));

    /// <summary>futimens(2): modification and access time.</summary>
    public static Errno SetModified(FileHandle file, long seconds, uint nanoseconds)
    {
        long* times = stackalloc long[] { seconds, nanoseconds, seconds, nanoseconds };
        return Result(Libc.futimens(file.Descriptor, times));
    }

    /// <summary>ftruncate(2): what lies beyond the written bytes becomes a hole.</summary>
    public static Errno SetLength(FileHandle file, long length) => Result(Libc.ftruncate(file.Descriptor, length));

    /// <summary>Writes all bytes at an offset.</summary>
    public static Errno WriteAt(FileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            byte* p = start;
            byte* end = start + bytes.Length;
            while (p < end)
            {
                nint n = Libc.pwrite(file.Descriptor, p, (nuint)(end - p), offset);
                if (n == -1)
                {
                    Errno error = KernelCall.LastError;
                    if (error == Errno.EINTR)
                    {
                        continue;
                    }
                    return error;
                }
                p += n;
                offset += n;
            }
        }
        return Errno.None;
    }

    /// <summary>syncfs(2): everything written to the file system of <paramref name="file"/> reaches the disk.</summary>
    /// <exception cref="KernelException">The disk refused something written earlier.</exception>
    public static void SyncFileSystem(FileHandle file, string? target = null) =>
        KernelCall.Check(Libc.syncfs(file.Descriptor), "sync the file system of", target);

    private static Errno Result(int result) => result == -1 ? KernelCall.LastError : Errno.None;
}

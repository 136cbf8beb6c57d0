using System.Runtime.CompilerServices;
using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>Reads and writes on descriptors, without a FileStream: no buffer, no position of its own, no start-up cost.</summary>
public static unsafe class FileIo
{
    private const int F_SETFL = 4;
    private const int F_GETFL = 3;
    private const int O_NONBLOCK = 0x800;
    private const int SEEK_CUR = 1;

    /// <summary>One read(2), repeated only when a signal interrupts it.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="KernelException">read(2) refused.</exception>
    public static int Read(FileHandle file, Span<byte> buffer) =>
        TryRead(file, buffer, out Errno error) is var n and >= 0 ? n : throw new KernelException("read", null, error);

    /// <summary>One read(2): the number of bytes, or -1 and the reason (EAGAIN on an empty non-blocking pipe, EIO on a terminal whose
    /// other side is closed).</summary>
    public static int TryRead(FileHandle file, Span<byte> buffer, out Errno error)
    {
        fixed (byte* p = buffer)
        {
            nint n;
            do
            {
                n = Libc.read(file.Descriptor, p, (nuint)buffer.Length);
                error = n == -1 ? KernelCall.LastError : Errno.None;
            } while (error == Errno.EINTR);
            return (int)n;
        }
    }

    /// <summary>One write(2): the number of bytes taken, or -1 and the reason.</summary>
    public static int TryWrite(FileHandle file, ReadOnlySpan<byte> bytes, out Errno error)
    {
        fixed (byte* p = bytes)
        {
            nint n;
            do
            {
                n = Libc.write(file.Descriptor, p, (nuint)bytes.Length);
                error = n == -1 ? KernelCall.LastError : Errno.None;
            } while (error == Errno.EINTR);
            return (int)n;
        }
    }

    /// <summary>One sendfile(2), from the input's position on: the number of bytes taken, 0 at the input's end, or -1 and the reason. A process that does
    /// not ignore SIGPIPE ends by it where the output's other side is closed.</summary>
    public static long TrySend(FileHandle output, FileHandle input, long count, out Errno error)
    {
        long n;
        do
        {
            n = Libc.sendfile(output.Descriptor, input.Descriptor, null, (nuint)count);
            error = n == -1 ? KernelCall.LastError : Errno.None;
        } while (error == Errno.EINTR);
        return n;
    }

    /// <summary>How many bytes lie behind the position of a regular file; null for what is none.</summary>
    public static long? Remaining(FileHandle file) =>
        PathAt.Status(file, "") is { Kind: FileKind.Regular } status ? (long)status.Size - Libc.lseek(file.Descriptor, 0, SEEK_CUR) : null;

    /// <summary>Writes all bytes.</summary>
    /// <exception cref="KernelException">write(2) refused.</exception>
    public static void Write(FileHandle file, ReadOnlySpan<byte> bytes, string? target = null)
    {
        while (bytes.Length > 0)
        {
            int n = TryWrite(file, bytes, out Errno error);
            if (n < 0)
            {
                throw new KernelException("write", target, error);
            }
            bytes = bytes[n..];
        }
    }

    /// <summary>Everything in a file, also in /proc and /sys where sizes are 0.</summary>
    /// <param name="limit">Refuse more than this many bytes.</param>
    /// <exception cref="KernelException">The file cannot be opened or read, or is larger than <paramref name="limit"/> (EFBIG).</exception>
    public static byte[] ReadAll(FileHandle directory, string path, int limit = 64 << 20)
    {
        using FileHandle file = PathAt.Open(directory, path, OpenMode.Read);
        return ReadToEnd(file, path, limit);
    }

    /// <inheritdoc cref="ReadAll(FileHandle, string, int)"/>
    public static byte[] ReadAll(string path, int limit = 64 << 20) => ReadAll(PathAt.Current, path, limit);

    /// <inheritdoc cref="ReadAll(FileHandle, string, int)"/>
    [SkipLocalsInit]
    public static byte[] ReadToEnd(FileHandle file, string path, int limit)
    {
        // Most files end here, and what is allocated is what is returned.
        Span<byte> buffer = stackalloc byte[16384];
        int length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= limit)
                {
                    throw new KernelException("read", path, Errno.EFBIG);
                }
                byte[] larger = new byte[buffer.Length * 2];
                buffer.CopyTo(larger);
                buffer = larger;
            }
            int n = TryRead(file, buffer[length..], out Errno error);
            if (n < 0)
            {
                throw new KernelException("read", path, error);
            }
            if (n == 0)
            {
                return buffer[..length].ToArray();
            }
            length += n;
        }
    }

    /// <summary>Makes reads and writes answer EAGAIN instead of waiting.</summary>
    /// <exception cref="KernelException">fcntl(2) refused.</exception>
    public static void SetNonBlocking(FileHandle file, bool value = true)
    {
        int flags = KernelCall.Check(Libc.fcntl(file.Descriptor, F_GETFL, 0), "read the flags of a descriptor");
        flags = value ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
        KernelCall.Check(Libc.fcntl(file.Descriptor, F_SETFL, flags), "set the flags of a descriptor");
    }

    /// <summary>A pipe, close-on-exec at both ends.</summary>
    /// <exception cref="KernelException">pipe2(2) refused.</exception>
    public static (FileHandle Read, FileHandle Write) Pipe(bool nonBlocking = false)
    {
        int* fds = stackalloc int[2];
        KernelCall.Check(Libc.pipe2(fds, Libc.O_CLOEXEC | (nonBlocking ? O_NONBLOCK : 0)), "make a pipe");
        return (new FileHandle(fds[0]), new FileHandle(fds[1]));
    }

    /// <summary>Makes descriptor number <paramref name="target"/> a copy of <paramref name="file"/>, inherited by what is executed next.</summary>
    /// <exception cref="KernelException">dup3(2) refused.</exception>
    public static void DuplicateOnto(FileHandle file, int target)
    {
        if (file.Descriptor != target)
        {
            KernelCall.Check(Libc.dup3(file.Descriptor, target, 0), "duplicate a descriptor");
        }
    }

    /// <summary>Flushes a file or a directory to the disk.</summary>
    /// <exception cref="KernelException">fsync(2) refused.</exception>
    public static void Sync(FileHandle file, string? target = null) => KernelCall.Check(Libc.fsync(file.Descriptor), "sync", target);
}

using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>Files that have no name in any directory and go with their last descriptor (memfd_create(2)).</summary>
public static unsafe class MemoryFile
{
    private const uint MFD_CLOEXEC = 1;
    private const uint MFD_NOEXEC_SEAL = 8;

    /// <summary>Makes an empty file that nobody can execute.</summary>
    /// <param name="name">What /proc/PID/fd shows.</param>
    /// <exception cref="KernelException">memfd_create(2) refused.</exception>
    public static FileHandle Create(string name)
    {
        int fd = Libc.memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
        if (fd == -1 && KernelCall.LastError == Errno.EINVAL)
        {
            // Before Linux 6.3 the flag is unknown.
            fd = Libc.memfd_create(name, MFD_CLOEXEC);
        }
        return new FileHandle(KernelCall.Check(fd, "make a file in memory", name));
    }

    /// <summary>Makes a file with this content, to be read from its beginning.</summary>
    /// <exception cref="KernelException">memfd_create(2) refused.</exception>
    public static FileHandle Create(string name, ReadOnlySpan<byte> content)
    {
        FileHandle file = Create(name);
        Fill(file, content);
        return file;
    }

    /// <summary>Gives an empty file its content.</summary>
    /// <exception cref="KernelException">write(2) refused: memory is short.</exception>
    public static void Fill(FileHandle file, ReadOnlySpan<byte> content)
    {
        FileIo.Write(file, content);
        Rewind(file);
    }

    /// <summary>The next read begins at the beginning, for everyone who has the file from here.</summary>
    public static void Rewind(FileHandle file) => _ = Libc.lseek(file.Descriptor, 0, 0);

    /// <summary>The last bytes of the file, at most <paramref name="buffer"/>'s length.</summary>
    /// <returns>How many.</returns>
    public static int ReadEnd(FileHandle file, Span<byte> buffer)
    {
        long size = Libc.lseek(file.Descriptor, 0, 2);
        return Math.Max(PositionedRead.TryRead(file, buffer, Math.Max(size - buffer.Length, 0), out _), 0);
    }
}

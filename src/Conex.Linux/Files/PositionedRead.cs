using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>Reads at an offset, without moving the position of the open file.</summary>
public static unsafe class PositionedRead
{
    /// <summary>One pread(2): the number of bytes, 0 at the end, or -1 and the reason (ESPIPE: a pipe or socket).</summary>
    public static int TryRead(FileHandle file, Span<byte> buffer, long offset, out Errno error)
    {
        fixed (byte* p = buffer)
        {
            nint n;
            do
            {
                n = Libc.pread(file.Descriptor, p, (nuint)buffer.Length, offset);
                error = n == -1 ? KernelCall.LastError : Errno.None;
            } while (error == Errno.EINTR);
            return (int)n;
        }
    }
}

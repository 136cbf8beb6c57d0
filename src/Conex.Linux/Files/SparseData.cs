using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>Where a file has data and where holes (lseek(2), SEEK_DATA and SEEK_HOLE).</summary>
public static class SparseData
{
    private const int SEEK_DATA = 3;
    private const int SEEK_HOLE = 4;

    /// <summary>The pieces that are stored, in order; moves the file's position.</summary>
    /// <param name="size">Bytes of the file: what lies beyond is left out.</param>
    /// <param name="most">Stop after so many pieces; the last one then reaches to the end.</param>
    public static IReadOnlyList<(long Offset, long Length)> Of(FileHandle file, long size, int most)
    {
        var pieces = new List<(long, long)>();
        long position = 0;
        while (position < size)
        {
            long data = Libc.lseek(file.Descriptor, position, SEEK_DATA);
            if (data == -1)
            {
                // ENXIO: a hole to the end. Whoever does not know holes answers EINVAL: all of it is data.
                if (KernelCall.LastError != Errno.ENXIO)
                {
                    pieces.Add((position, size - position));
                }
                break;
            }
            if (data >= size)
            {
                break;
            }
            long hole = pieces.Count == most - 1 ? size : Libc.lseek(file.Descriptor, data, SEEK_HOLE);
            position = hole == -1 || hole > size ? size : hole;
            pieces.Add((data, position - data));
        }
        return pieces;
    }
}

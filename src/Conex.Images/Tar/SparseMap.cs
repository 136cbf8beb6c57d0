namespace Conex.Images.Tar;

/// <summary>Reads and checks the maps of sparse files that do not stand in PAX records.</summary>
internal static class SparseMap
{
    private const int EntriesInHeader = 4;
    private const int EntriesInBlock = 21;
    private const int HeaderMap = 386;
    private const int HeaderExtended = 482;
    private const int HeaderRealSize = 483;
    private const int BlockExtended = 504;

    /// <summary>Type S: four pieces in the header, more in blocks behind it.</summary>
    internal static (List<SparseSegment> Map, long RealSize) ReadOldGnu(ReadOnlySpan<byte> header, TarInput input, TarLimits limits)
    {
        var map = new List<SparseSegment>();
        long realSize = TarNumber.Parse(header.Slice(HeaderRealSize, 12), "size");
        bool more = header[HeaderExtended] != 0;
        ReadPieces(header[HeaderMap..], EntriesInHeader, map);
        while (more)
        {
            ReadOnlySpan<byte> block = input.ReadBlock();
            ReadPieces(block, EntriesInBlock, map);
            more = block[BlockExtended] != 0;
            if (map.Count > limits.SparseSegments)
            {
                throw new TarException("the tar has a sparse file in too many pieces");
            }
        }
        return (map, realSize);
    }

    /// <summary>PAX 1.0: decimal numbers, one a line, in the first blocks of the content.</summary>
    /// <returns>The map, and how many bytes of the content it took.</returns>
    internal static (List<SparseSegment> Map, long Used) ReadFromContent(long stored, TarInput input, TarLimits limits)
    {
        var reader = new MapLines(stored, input);
        long count = reader.Next();
        if (count > limits.SparseSegments)
        {
            throw new TarException("the tar has a sparse file in too many pieces");
        }
        var map = new List<SparseSegment>();
        for (long i = 0; i < count; i++)
        {
            map.Add(new SparseSegment(reader.Next(), reader.Next()));
        }
        return (map, reader.Used);
    }

    /// <summary>Pieces must follow each other, lie within the file and be exactly what is stored.</summary>
    /// <exception cref="TarException">They do not.</exception>
    internal static void Check(List<SparseSegment> map, long realSize, long stored)
    {
        long end = 0;
        long sum = 0;
        foreach (SparseSegment segment in map)
        {
            if (segment.Offset < end || segment.Length < 0 || segment.Length > realSize || segment.Offset > realSize - segment.Length)
            {
                throw new TarException("the tar has a sparse file whose pieces overlap or lie outside of it");
            }
            end = segment.End;
            sum += segment.Length;
        }
        if (sum != stored || realSize < 0)
        {
            throw new TarException("the tar has a sparse file whose pieces are not what is stored");
        }
    }

    private static void ReadPieces(ReadOnlySpan<byte> pieces, int count, List<SparseSegment> map)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> piece = pieces.Slice(i * 24, 24);
            if (piece[0] == 0)
            {
                return;
            }
            map.Add(new SparseSegment(TarNumber.Parse(piece[..12], "sparse offset"), TarNumber.Parse(piece[12..], "sparse length")));
        }
    }

    private sealed class MapLines(long stored, TarInput input)
    {
        private readonly byte[] block = new byte[TarInput.BlockSize];
        private int position = TarInput.BlockSize;

        internal long Used { get; private set; }

        internal long Next()
        {
            long value = 0;
            int digits = 0;
            while (true)
            {
                if (position == block.Length)
                {
                    if (Used + block.Length > stored + TarInput.Padding(stored))
                    {
                        throw new TarException("the tar has a sparse file whose map is longer than its content");
                    }
                    input.ReadBlock().CopyTo(block);
                    Used += block.Length;
                    position = 0;
                }
                byte b = block[position++];
                if (b == '\n' && digits > 0)
                {
                    return value;
                }
                if (b is < (byte)'0' or > (byte)'9' || ++digits > 18)
                {
                    throw new TarException("the tar has a sparse file whose map is malformed");
                }
                value = (value * 10) + (b - '0');
            }
        }
    }
}

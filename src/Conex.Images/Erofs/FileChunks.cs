namespace Conex.Images.Erofs;

/// <summary>How a regular file is cut into chunks. A file that lies in one piece on a block of the device is pointed at, in chunks as large as
/// the format has them; one with holes or at an odd place is copied into the image, chunk by chunk, without the empty ones.</summary>
internal readonly struct FileChunks
{
    private const int SmallestCopyBits = 12;
    private const int MostCopyChunks = 1 << 18;
    private const int MostChunks = 1 << 18;
    private const long CopySlack = 16 << 20;
    private readonly ErofsNode file;

    internal FileChunks(ErofsNode file)
    {
        this.file = file;
        IsCopied = file.MustBeCopied || file.HasPieces || file.DeviceOffset % ErofsFormat.BlockSize != 0;
        Bits = ErofsFormat.BlockBits;
        while (
            Bits < ErofsFormat.BlockBits + ErofsFormat.LargestChunkShift && (1L << Bits) < file.Size && !(IsCopied && AreFewEnough(Bits))
        )
        {
            Bits++;
        }
        Count = ((file.Size - 1) >> Bits) + 1;
        if (Count > MostChunks)
        {
            throw new ErofsLimitException("a file is larger than 2^58 bytes");
        }
        if (IsCopied)
        {
            CheckCopy();
        }
        else if (ErofsFormat.Blocks(file.DeviceOffset + file.Size) > uint.MaxValue - 1)
        {
            throw new ErofsLimitException("the tar is larger than 2 TiB");
        }
    }

    /// <summary>Whether the content is in the image instead of the device.</summary>
    internal bool IsCopied { get; }

    /// <summary>The size of a chunk as a power of two.</summary>
    internal int Bits { get; }

    internal long Count { get; }

    /// <summary>Blocks in the image.</summary>
    internal long CopiedBlocks => IsCopied ? Filled().Sum(BlocksOf) : 0;

    /// <summary>The device's block where a chunk begins that is pointed at.</summary>
    internal uint AddressInDevice(long chunk) =>
        (uint)((file.DeviceOffset >> ErofsFormat.BlockBits) + (chunk << (Bits - ErofsFormat.BlockBits)));

    /// <summary>The first block of each chunk that is copied, <see cref="ErofsFormat.NoBlock"/> for holes.</summary>
    /// <param name="firstCopied">The image's block where this file's copied content begins.</param>
    internal IEnumerable<uint> CopiedAddresses(uint firstCopied)
    {
        long next = 0;
        uint address = firstCopied;
        foreach (long chunk in Filled())
        {
            for (; next < chunk; next++)
            {
                yield return ErofsFormat.NoBlock;
            }
            yield return address;
            address += (uint)BlocksOf(chunk);
            next++;
        }
        for (; next < Count; next++)
        {
            yield return ErofsFormat.NoBlock;
        }
    }

    /// <summary>Copies the content of all chunks that have some from the device, each filled up to a whole block.</summary>
    internal void Copy(Stream device, Stream image)
    {
        byte[] buffer = new byte[64 * 1024];
        ErofsExtents extents = file.Extents;
        int extent = 0;
        foreach (long chunk in Filled())
        {
            long position = chunk << Bits;
            long end = position + (BlocksOf(chunk) << ErofsFormat.BlockBits);
            while (position < end)
            {
                while (extent < extents.Count && extents[extent].End <= position)
                {
                    extent++;
                }
                ErofsExtent next = extent < extents.Count ? extents[extent] : new ErofsExtent(long.MaxValue, 0, 0);
                bool isHole = next.Offset > position;
                Span<byte> piece = buffer.AsSpan(
                    0,
                    (int)Math.Min(buffer.Length, Math.Min(end, isHole ? next.Offset : next.End) - position)
                );
                if (isHole)
                {
                    piece.Clear();
                }
                else
                {
                    device.Position = next.DeviceOffset + (position - next.Offset);
                    device.ReadExactly(piece);
                }
                image.Write(piece);
                position += piece.Length;
            }
        }
    }

    /// <summary>Small chunks copy few zeros beside the content, but each needs an index.</summary>
    private bool AreFewEnough(int bits) => bits >= SmallestCopyBits && ((file.Size - 1) >> bits) < MostCopyChunks;

    private void CheckCopy()
    {
        long stored = 0;
        foreach (ErofsExtent extent in file.Extents)
        {
            stored += extent.Length;
        }
        if (CopiedBlocks << ErofsFormat.BlockBits > (4 * stored) + CopySlack)
        {
            throw new ErofsLimitException("a sparse file has its pieces too far apart");
        }
    }

    private long BlocksOf(long chunk) => ErofsFormat.Blocks(Math.Min(1L << Bits, file.Size - (chunk << Bits)));

    /// <summary>The numbers of the chunks that any extent touches.</summary>
    private IEnumerable<long> Filled()
    {
        long last = -1;
        foreach (ErofsExtent extent in file.Extents)
        {
            if (extent.Length == 0)
            {
                continue;
            }
            for (long chunk = Math.Max(extent.Offset >> Bits, last + 1); chunk <= (extent.End - 1) >> Bits; chunk++)
            {
                yield return last = chunk;
            }
        }
    }
}

namespace Conex.Images.Tar;

/// <summary>A buffer over the archive's bytes: blocks and chunks are views of it, nothing is copied twice.</summary>
internal sealed class TarInput(Stream stream)
{
    internal const int BlockSize = 512;
    private readonly byte[] buffer = new byte[128 * 1024];
    private int start;
    private int end;
    private long read;

    /// <summary>Where the next byte lies in the archive.</summary>
    internal long Position => read - (end - start);

    /// <summary>Bytes of zeros that fill the last block of a content.</summary>
    internal static long Padding(long size) => -size & (BlockSize - 1);

    /// <summary>The next block, valid until the next call.</summary>
    /// <exception cref="TarException">The archive ends within.</exception>
    internal ReadOnlySpan<byte> ReadBlock()
    {
        if (!TryReadBlock(out ReadOnlySpan<byte> block))
        {
            throw EndsEarly();
        }
        return block;
    }

    /// <summary>The next block, or false at the end of the archive.</summary>
    /// <exception cref="TarException">The archive ends within a block.</exception>
    internal bool TryReadBlock(out ReadOnlySpan<byte> block)
    {
        while (end - start < BlockSize)
        {
            if (start > 0)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                end -= start;
                start = 0;
            }
            int n = stream.Read(buffer, end, buffer.Length - end);
            if (n == 0)
            {
                block = default;
                return end == start ? false : throw EndsEarly();
            }
            end += n;
            read += n;
        }
        block = buffer.AsSpan(start, BlockSize);
        start += BlockSize;
        return true;
    }

    /// <summary>At least one byte, at most <paramref name="limit"/>, valid until the next call.</summary>
    /// <exception cref="TarException">The archive ends.</exception>
    internal ReadOnlySpan<byte> ReadChunk(long limit)
    {
        ReadOnlySpan<byte> chunk = TryReadChunk(limit);
        return chunk.IsEmpty ? throw EndsEarly() : chunk;
    }

    /// <exception cref="TarException">The archive ends within.</exception>
    internal void Skip(long count)
    {
        if (count - (end - start) > buffer.Length && stream.CanSeek)
        {
            Jump(count);
            return;
        }
        while (count > 0)
        {
            count -= ReadChunk(count).Length;
        }
    }

    /// <summary>Skips bytes and looks at them.</summary>
    /// <returns>Whether they were zeros, and all there: the archive may end within.</returns>
    internal bool SkipZeros(long count)
    {
        bool areZero = true;
        while (count > 0)
        {
            ReadOnlySpan<byte> chunk = TryReadChunk(count);
            if (chunk.IsEmpty)
            {
                return false;
            }
            areZero &= !chunk.ContainsAnyExcept((byte)0);
            count -= chunk.Length;
        }
        return areZero;
    }

    /// <exception cref="TarException">The archive ends within.</exception>
    internal byte[] ReadBytes(int count)
    {
        byte[] bytes = new byte[count];
        int length = 0;
        while (length < count)
        {
            ReadOnlySpan<byte> chunk = ReadChunk(count - length);
            chunk.CopyTo(bytes.AsSpan(length));
            length += chunk.Length;
        }
        return bytes;
    }

    /// <summary>Reads until the stream's end and forgets it.</summary>
    internal void Drain()
    {
        start = end = 0;
        while (stream.Read(buffer) > 0) { }
    }

    /// <summary>Empty at the end of the archive.</summary>
    private ReadOnlySpan<byte> TryReadChunk(long limit)
    {
        if (start == end)
        {
            start = 0;
            end = stream.Read(buffer);
            read += end;
        }
        int length = (int)Math.Min(limit, end - start);
        start += length;
        return buffer.AsSpan(start - length, length);
    }

    /// <summary>In a file, what is skipped need not be read.</summary>
    private void Jump(long count)
    {
        long beyond = count - (end - start);
        if (stream.Length - stream.Position < beyond)
        {
            throw EndsEarly();
        }
        stream.Position += beyond;
        read += beyond;
        start = end = 0;
    }

    private static TarException EndsEarly() => new("the tar ends early: it was cut off");
}

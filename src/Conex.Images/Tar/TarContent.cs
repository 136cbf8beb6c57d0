namespace Conex.Images.Tar;

/// <summary>An entry's content as it is on a disk: stored bytes, and zeros in the holes.</summary>
internal sealed class TarContent(TarReader reader, TarEntry entry) : Stream
{
    private long position;
    private int segment;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => entry.Size;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int limit = (int)Math.Min(buffer.Length, entry.Size - position);
        if (limit == 0)
        {
            return 0;
        }
        int n;
        if (entry.Segments is { } segments)
        {
            while (segment < segments.Count && segments[segment].End <= position)
            {
                segment++;
            }
            long start = segment < segments.Count ? segments[segment].Offset : entry.Size;
            if (position < start)
            {
                n = (int)Math.Min(limit, start - position);
                buffer[..n].Clear();
                position += n;
                return n;
            }
            limit = (int)Math.Min(limit, segments[segment].End - position);
        }
        ReadOnlySpan<byte> chunk = reader.ReadChunk(limit);
        chunk.CopyTo(buffer);
        n = chunk.Length;
        position += n;
        return n;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

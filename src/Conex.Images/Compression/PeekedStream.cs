namespace Conex.Images.Compression;

/// <summary>A stream whose first bytes can be looked at before they are read.</summary>
internal sealed class PeekedStream(Stream source) : ReadOnlyStream
{
    private byte[] peeked = [];
    private int position;

    /// <summary>Up to <paramref name="count"/> bytes from the start, fewer when the stream is shorter. Call it once, before reading.</summary>
    internal ReadOnlySpan<byte> Peek(int count)
    {
        peeked = new byte[count];
        int length = source.ReadAtLeast(peeked, count, throwOnEndOfStream: false);
        peeked = peeked[..length];
        return peeked;
    }

    public override int Read(Span<byte> buffer)
    {
        if (position == peeked.Length)
        {
            return source.Read(buffer);
        }
        int n = Math.Min(buffer.Length, peeked.Length - position);
        peeked.AsSpan(position, n).CopyTo(buffer);
        position += n;
        return n;
    }
}

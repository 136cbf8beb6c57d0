namespace Conex.Images.Compression;

/// <summary>What a decoder reads byte for byte, and how many it has read.</summary>
internal sealed class DecoderInput(Stream source) : ReadOnlyStream
{
    private readonly byte[] buffer = new byte[64 << 10];
    private int position;
    private int length;

    internal long Count { get; private set; }

    internal bool IsAtEnd => position == length && !Fill();

    public override int Read(Span<byte> target)
    {
        if (IsAtEnd)
        {
            return 0;
        }
        int n = Math.Min(target.Length, length - position);
        buffer.AsSpan(position, n).CopyTo(target);
        position += n;
        Count += n;
        return n;
    }

    public override int ReadByte()
    {
        if (IsAtEnd)
        {
            return -1;
        }
        Count++;
        return buffer[position++];
    }

    /// <exception cref="EndOfStreamException">There is none.</exception>
    internal byte Next() => ReadByte() is var next and >= 0 ? (byte)next : throw new EndOfStreamException();

    private bool Fill()
    {
        position = 0;
        length = source.Read(buffer);
        return length > 0;
    }
}

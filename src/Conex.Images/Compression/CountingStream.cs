namespace Conex.Images.Compression;

/// <summary>Counts what is read.</summary>
internal sealed class CountingStream(Stream source) : ReadOnlyStream
{
    internal long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int n = source.Read(buffer);
        Count += n;
        return n;
    }
}

using Conex.Images.Compression;

namespace Conex.Images.Content;

/// <summary>Keeps what is read through it.</summary>
internal sealed class TeeStream(Stream source, BlobWriter kept) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        int n = source.Read(buffer);
        kept.Write(buffer[..n]);
        return n;
    }
}

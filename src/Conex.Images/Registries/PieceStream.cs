using Conex.Images.Compression;

namespace Conex.Images.Registries;

/// <summary>A part of a stream that tells how far its reader is.</summary>
internal sealed class PieceStream(Stream source, long offset, long length, Action<long> progress) : ReadOnlyStream
{
    private long read;

    public override int Read(Span<byte> buffer)
    {
        int n = source.Read(buffer[..(int)Math.Min(buffer.Length, length - read)]);
        read += n;
        progress(offset + read);
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}

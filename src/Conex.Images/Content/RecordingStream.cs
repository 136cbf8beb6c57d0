using Conex.Images.Compression;

namespace Conex.Images.Content;

/// <summary>Writes to another stream what is read through it.</summary>
internal sealed class RecordingStream(Stream source, Stream target) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        int n = source.Read(buffer);
        target.Write(buffer[..n]);
        return n;
    }
}

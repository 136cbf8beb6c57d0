using Conex.Images.Compression;
using Conex.Linux.Files;

namespace Conex.Images.Content;

/// <summary>Writes to a file what is read through it.</summary>
internal sealed class RecordingStream(Stream source, FileHandle file, string name) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        int n = source.Read(buffer);
        FileIo.Write(file, buffer[..n], name);
        return n;
    }
}

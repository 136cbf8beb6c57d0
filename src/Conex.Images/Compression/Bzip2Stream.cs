using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Conex.Images.Compression;

/// <summary>Expands bzip2 streams that follow each other, as bzip2(1) does.</summary>
internal sealed class Bzip2Stream(Stream source) : ReadOnlyStream
{
    // Blocks of 900,000 bytes, and the permutation that is undone.
    private const long MemoryOfStream = 5L * 900_000;
    private readonly DecoderInput input = new(source);
    private readonly DecoderMemory memory = new();
    private BZip2Stream? stream;

    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (stream is not null || !input.IsAtEnd)
        {
            if (stream is null)
            {
                memory.Take(MemoryOfStream);
                stream = BZip2Stream.Create(input, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true);
            }
            int n = stream.Read(buffer);
            memory.Content += n;
            if (n > 0)
            {
                return n;
            }
            stream.Dispose();
            stream = null;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream?.Dispose();
        }
        base.Dispose(disposing);
    }
}

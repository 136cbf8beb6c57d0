using Conex.Images.Compression;

namespace Conex.Cli.Copies;

/// <summary>Counts what is written to a stream.</summary>
internal sealed class CountedStream(Stream target) : WriteOnlyStream
{
    /// <summary>Bytes written so far.</summary>
    internal long Count { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        target.Write(buffer);
        Count += buffer.Length;
    }

    public override void Flush() => target.Flush();
}

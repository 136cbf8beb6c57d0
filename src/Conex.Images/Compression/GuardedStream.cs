using ZstdSharp;

namespace Conex.Images.Compression;

/// <summary>A decompressor that fails in one way only, and does not expand without end.</summary>
/// <param name="compressed">What is decompressed; null when nothing is.</param>
internal sealed class GuardedStream(Stream expanding, CountingStream? compressed, CompressionFormat format, ExpansionLimit limit)
    : ReadOnlyStream
{
    private long count;

    public override int Read(Span<byte> buffer)
    {
        int n;
        try
        {
            n = expanding.Read(buffer);
        }
        catch (Exception cause) when (cause is InvalidDataException or EndOfStreamException or ZstdException)
        {
            throw new CompressionException($"the {Name} data is damaged or cut off", cause);
        }
        count += n;
        if (count > limit.Most)
        {
            throw new CompressionException(
                $"it has more than {limit.Most} bytes uncompressed, which is the limit: \"max-layer-size\" in conexd.json allows more"
            );
        }
        if (compressed is not null && count > limit.Allowance && count - limit.Allowance > compressed.Count * limit.Ratio)
        {
            throw new CompressionException(
                $"the {Name} data expands more than {limit.Ratio} times: {compressed.Count} bytes became {count} and there is more; "
                    + "\"max-layer-expansion\" in conexd.json allows more"
            );
        }
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            expanding.Dispose();
        }
        base.Dispose(disposing);
    }

    private string Name => format == CompressionFormat.Gzip ? "gzip" : "zstd";
}

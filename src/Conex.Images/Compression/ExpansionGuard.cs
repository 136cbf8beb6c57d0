using SharpCompress.Common;
using ZstdSharp;

namespace Conex.Images.Compression;

/// <summary>Counts what compressed data expands to, and stops it where that is beyond reason.</summary>
/// <param name="compressed">What is decompressed; null when nothing is.</param>
internal sealed class ExpansionGuard(CountingStream? compressed, CompressionFormat format, ExpansionLimit limit)
{
    private long count;

    private string Name => format.ToString().ToLowerInvariant();

    /// <summary>Whether a decompressor means by it that its data is no good.</summary>
    internal static bool IsDamage(Exception cause) =>
        cause is InvalidDataException or EndOfStreamException or ZstdException or SharpCompressException or IndexOutOfRangeException;

    internal CompressionException Damaged(Exception cause) => new($"the {Name} data is damaged or cut off", cause);

    /// <exception cref="CompressionException">It is a bomb.</exception>
    internal void Add(int expanded)
    {
        count += expanded;
        if (count > limit.Most)
        {
            throw limit.TooLarge();
        }
        if (compressed is not null && count > limit.Allowance && count - limit.Allowance > compressed.Count * limit.Ratio)
        {
            throw new CompressionException(
                $"the {Name} data expands more than {limit.Ratio} times: {compressed.Count} bytes became {count} and there is more; "
                    + "\"max-layer-expansion\" in conexd.json allows more"
            );
        }
    }
}

using System.IO.Compression;
using Conex.Oci;
using ZstdSharp;

namespace Conex.Images.Compression;

/// <summary>Opens what may be compressed: layers and archives say in their first bytes what they are, their names do not.</summary>
public static class Decompression
{
    private const int MagicLength = 10;

    /// <summary>The uncompressed bytes of <paramref name="source"/>, which is read from its current position and left open.</summary>
    /// <remarks>Reading throws <see cref="CompressionException"/> when the data is damaged, cut off or a bomb.</remarks>
    public static Stream Open(Stream source, ExpansionLimit? limit = null)
    {
        limit ??= ExpansionLimit.Default;
        var peeked = new PeekedStream(source);
        CompressionFormat format = Sniff(peeked.Peek(MagicLength));
        if (format == CompressionFormat.None)
        {
            return new GuardedStream(peeked, new ExpansionGuard(null, format, limit));
        }
        var counted = new CountingStream(peeked);
        return new GuardedStream(Expand(counted, format), new ExpansionGuard(counted, format, limit));
    }

    /// <summary>Like <see cref="Open"/>, and expands on a thread of its own, ahead of the reader. Only for a source that never lets its reader wait
    /// without end: disposing waits for the last read of it.</summary>
    internal static Stream OpenAhead(Stream source, ExpansionLimit? limit = null)
    {
        limit ??= ExpansionLimit.Default;
        var peeked = new PeekedStream(source);
        CompressionFormat format = Sniff(peeked.Peek(MagicLength));
        if (format == CompressionFormat.None)
        {
            return new GuardedStream(peeked, new ExpansionGuard(null, format, limit));
        }
        return new ReadAhead(target =>
        {
            var counted = new CountingStream(peeked);
            var guard = new ExpansionGuard(counted, format, limit);
            using Stream expanding = Expand(counted, format);
            try
            {
                // Of GZipStream's ways to read this one alone takes pieces of that size from its source; it has 8 KiB else, and a fifth less speed.
                expanding.CopyTo(new GuardedTarget(target, guard), ReadAhead.BufferSize);
            }
            catch (Exception cause) when (ExpansionGuard.IsDamage(cause))
            {
                throw guard.Damaged(cause);
            }
        });
    }

    private static Stream Expand(Stream source, CompressionFormat format) =>
        format switch
        {
            CompressionFormat.Gzip => new GZipStream(source, CompressionMode.Decompress, leaveOpen: true),
            CompressionFormat.Zstd => new DecompressionStream(source, leaveOpen: true),
            CompressionFormat.Xz => new XzStream(source),
            _ => new Bzip2Stream(source),
        };

    /// <summary>The media type of a layer whose bytes these are; null where the specifications have none for it.</summary>
    internal static string? LayerType(Stream source)
    {
        byte[] start = new byte[MagicLength];
        int n = source.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return Sniff(start.AsSpan(0, n)) switch
        {
            CompressionFormat.Gzip => MediaType.OciLayerGzip,
            CompressionFormat.Zstd => MediaType.OciLayerZstd,
            CompressionFormat.None => MediaType.OciLayer,
            _ => null,
        };
    }

    /// <summary>The format whose magic number <paramref name="start"/> begins with; ten bytes decide.</summary>
    public static CompressionFormat Sniff(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 8]) ? CompressionFormat.Gzip
        : start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? CompressionFormat.Zstd
        // Skippable frames: zstd:chunked and parallel compressors begin with one.
        : start.Length >= 4 && (start[0] & 0xf0) == 0x50 && start[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18])
            ? CompressionFormat.Zstd
        : start.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) ? CompressionFormat.Xz
        : IsBzip2(start) ? CompressionFormat.Bzip2
        : CompressionFormat.None;

    /// <summary>A tar's first file may be called BZh: so the first block's mark decides too, or that of an empty stream's end.</summary>
    private static bool IsBzip2(ReadOnlySpan<byte> start) =>
        start.Length >= MagicLength
        && start.StartsWith("BZh"u8)
        && start[3] is >= (byte)'1' and <= (byte)'9'
        && (
            start[4..10].SequenceEqual((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
            || start[4..10].SequenceEqual((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
        );
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Conex.Images.Compression;

/// <summary>The check of one block's content, by the number of its kind in the stream's header.</summary>
internal sealed class XzCheck : IDisposable
{
    private const int Crc32 = 1;
    private const int Crc64 = 4;
    private const int Sha256 = 10;
    private readonly ReflectedCrc? crc;
    private readonly IncrementalHash? hash;
    private ulong value;

    /// <exception cref="CompressionException">The kind is reserved.</exception>
    internal XzCheck(int kind)
    {
        (Size, crc, hash) = kind switch
        {
            0 => (0, null, null),
            Crc32 => (4, ReflectedCrc.Ieee, null),
            Crc64 => (8, ReflectedCrc.Ecma, null),
            Sha256 => (32, (ReflectedCrc?)null, IncrementalHash.CreateHash(HashAlgorithmName.SHA256)),
            _ => throw new CompressionException($"the xz data has a check of the unknown kind {kind}"),
        };
    }

    /// <summary>In bytes.</summary>
    internal int Size { get; }

    public void Dispose() => hash?.Dispose();

    internal void Append(ReadOnlySpan<byte> content)
    {
        value = crc?.Append(value, content) ?? 0;
        hash?.AppendData(content);
    }

    /// <summary>The check, and from here on that of the next block.</summary>
    internal byte[] Take()
    {
        byte[] result = hash?.GetHashAndReset() ?? new byte[8];
        if (hash is null)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(result, value);
        }
        value = 0;
        return result[..Size];
    }
}

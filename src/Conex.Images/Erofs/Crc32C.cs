using System.Buffers.Binary;
using System.Numerics;

namespace Conex.Images.Erofs;

/// <summary>CRC-32C (Castagnoli) as the kernel's crc32c() computes it: begun with all ones, not inverted at the end.</summary>
internal static class Crc32C
{
    internal static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }
        return crc;
    }
}

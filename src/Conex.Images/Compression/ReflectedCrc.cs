namespace Conex.Images.Compression;

/// <summary>Cyclic redundancy checks whose lowest bit comes first, of up to 64 bits.</summary>
internal sealed class ReflectedCrc
{
    private readonly ulong[] table = new ulong[256];
    private readonly ulong mask;

    private ReflectedCrc(ulong polynomial, int bits)
    {
        mask = ulong.MaxValue >> (64 - bits);
        for (int i = 0; i < table.Length; i++)
        {
            ulong value = (ulong)i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value >> 1) ^ ((value & 1) == 0 ? 0 : polynomial);
            }
            table[i] = value;
        }
    }

    /// <summary>IEEE 802.3's.</summary>
    internal static ReflectedCrc Ieee { get; } = new(0xEDB88320, 32);

    /// <summary>ECMA-182's.</summary>
    internal static ReflectedCrc Ecma { get; } = new(0xC96C5795D7870F42, 64);

    /// <summary>The check of what came before, 0 at the beginning, and of these bytes.</summary>
    internal ulong Append(ulong before, ReadOnlySpan<byte> bytes)
    {
        ulong value = before ^ mask;
        foreach (byte one in bytes)
        {
            value = table[(byte)value ^ one] ^ (value >> 8);
        }
        return value ^ mask;
    }
}

namespace Conex.Images.Tar;

/// <summary>The fields of one 512-byte header block (POSIX ustar, with what GNU and star do differently).</summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    internal const int ChecksumAt = 148;
    private readonly ReadOnlySpan<byte> block = block;

    internal ReadOnlySpan<byte> Block => block;

    internal byte TypeFlag => block[156];

    internal ReadOnlySpan<byte> Name => UntilNul(block[..100]);

    internal ReadOnlySpan<byte> LinkName => UntilNul(block.Slice(157, 100));

    internal long Mode => TarNumber.Parse(block.Slice(100, 8), "mode");

    internal long UserId => TarNumber.Parse(block.Slice(108, 8), "user ID");

    internal long GroupId => TarNumber.Parse(block.Slice(116, 8), "group ID");

    internal long Size => TarNumber.Parse(block.Slice(124, 12), "size");

    internal long Modified => TarNumber.Parse(block.Slice(136, 12), "time");

    internal long DeviceMajor => TarNumber.Parse(block.Slice(329, 8), "device number");

    internal long DeviceMinor => TarNumber.Parse(block.Slice(337, 8), "device number");

    /// <summary>The first part of a long path. GNU has other fields there; star uses fewer bytes.</summary>
    internal ReadOnlySpan<byte> Prefix =>
        !block.Slice(257, 6).SequenceEqual("ustar\0"u8) ? []
        : block.Slice(508, 4).SequenceEqual("tar\0"u8) ? UntilNul(block.Slice(345, 131))
        : UntilNul(block.Slice(345, 155));

    internal bool IsZero => !block.ContainsAnyExcept((byte)0);

    /// <summary>The sum of all bytes with the checksum itself as spaces; old writers summed signed bytes.</summary>
    internal bool ChecksumIsRight
    {
        get
        {
            long unsigned = 8 * ' ';
            long signed = 8 * ' ';
            for (int i = 0; i < block.Length; i++)
            {
                if (i is < ChecksumAt or >= ChecksumAt + 8)
                {
                    unsigned += block[i];
                    signed += (sbyte)block[i];
                }
            }
            return TarNumber.TryParseOctal(block.Slice(ChecksumAt, 8), out long stated) && (stated == unsigned || stated == signed);
        }
    }

    private static ReadOnlySpan<byte> UntilNul(ReadOnlySpan<byte> field)
    {
        int nul = field.IndexOf((byte)0);
        return nul < 0 ? field : field[..nul];
    }
}

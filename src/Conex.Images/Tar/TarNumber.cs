using System.Buffers.Binary;
using System.Buffers.Text;

namespace Conex.Images.Tar;

/// <summary>Numbers of a header: octal text, or GNU's base-256 for what octal cannot hold.</summary>
internal static class TarNumber
{
    /// <summary>Reads a field; an empty one is 0.</summary>
    /// <exception cref="TarException">It is neither octal nor a base-256 number of 64 bits.</exception>
    internal static long Parse(ReadOnlySpan<byte> field, string what) =>
        (field[0] & 0x80) != 0 ? ParseBase256(field, what) : ParseOctal(field, what);

    /// <summary>Writes octal text with a NUL at the end.</summary>
    /// <returns>False when the field is too small.</returns>
    internal static bool TryFormat(Span<byte> field, long value)
    {
        if (value < 0 || (field.Length - 1) * 3 < 64 && value >> ((field.Length - 1) * 3) != 0)
        {
            return false;
        }
        field[^1] = 0;
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
        return true;
    }

    /// <summary>A decimal number of a PAX record.</summary>
    /// <exception cref="TarException">It is not one, or negative.</exception>
    internal static long ParseDecimal(ReadOnlySpan<byte> text, string what) =>
        text.Length > 0
        && text[0] is >= (byte)'0' and <= (byte)'9'
        && Utf8Parser.TryParse(text, out long value, out int used)
        && used == text.Length
            ? value
            : throw new TarException($"the tar has a PAX record whose {what} is no number");

    /// <summary>A PAX time: seconds with a fraction, perhaps negative.</summary>
    /// <exception cref="TarException">It is not one.</exception>
    internal static TarTime ParseTime(ReadOnlySpan<byte> text)
    {
        bool negative = text.Length > 0 && text[0] == '-';
        ReadOnlySpan<byte> rest = negative ? text[1..] : text;
        int dot = rest.IndexOf((byte)'.');
        long seconds = ParseDecimal(dot < 0 ? rest : rest[..dot], "time");
        long nanoseconds = 0;
        if (dot >= 0)
        {
            ReadOnlySpan<byte> fraction = rest[(dot + 1)..];
            for (int i = 0; i < fraction.Length; i++)
            {
                if (fraction[i] is < (byte)'0' or > (byte)'9')
                {
                    throw new TarException("the tar has a PAX record whose time is no number");
                }
            }
            for (int i = 0; i < 9; i++)
            {
                nanoseconds = (nanoseconds * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
            }
        }
        if (!negative)
        {
            return new TarTime(seconds, (uint)nanoseconds);
        }
        return nanoseconds == 0 ? new TarTime(-seconds) : new TarTime(-seconds - 1, (uint)(1_000_000_000 - nanoseconds));
    }

    /// <summary>Octal digits with blanks and NULs around them; none at all are 0.</summary>
    internal static bool TryParseOctal(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }
            value = (value << 3) | (long)(digit - '0');
        }
        return digits.Length <= 21;
    }

    private static long ParseOctal(ReadOnlySpan<byte> field, string what) =>
        TryParseOctal(field, out long value) ? value : throw new TarException($"the tar has a header whose {what} is no octal number");

    // Two's complement, big-endian, the first bit is only the mark.
    private static long ParseBase256(ReadOnlySpan<byte> field, string what)
    {
        bool negative = (field[0] & 0x40) != 0;
        byte fill = negative ? (byte)0xff : (byte)0;
        Span<byte> number = stackalloc byte[8];
        number.Fill(fill);
        ReadOnlySpan<byte> high = field.Length > 8 ? field[..^8] : [];
        for (int i = 0; i < high.Length; i++)
        {
            byte b = i == 0 ? (byte)(negative ? high[i] | 0x80 : high[i] & 0x7f) : high[i];
            if (b != fill)
            {
                throw new TarException($"the tar has a header whose {what} does not fit into 64 bits");
            }
        }
        ReadOnlySpan<byte> low = field[high.Length..];
        low.CopyTo(number[(8 - low.Length)..]);
        if (high.IsEmpty)
        {
            number[8 - low.Length] = (byte)(negative ? low[0] | 0x80 : low[0] & 0x7f);
        }
        long value = BinaryPrimitives.ReadInt64BigEndian(number);
        return value < 0 == negative ? value : throw new TarException($"the tar has a header whose {what} does not fit into 64 bits");
    }
}

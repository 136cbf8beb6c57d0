using System.Globalization;

namespace Conex.Cli.Output;

/// <summary>Bytes for people to read and write.</summary>
internal static class SizeText
{
    private static ReadOnlySpan<char> Units => "BkMGTPEZY";

    /// <summary>Powers of 1000 and three digits: <c>4.43MB</c>.</summary>
    internal static string Decimal(double bytes, int digits = 3)
    {
        var unit = 0;
        while (bytes >= 1000 && unit < Units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }
        return Significant(bytes, digits) + (unit == 0 ? "B" : Units[unit] + "B");
    }

    /// <summary>Powers of 1024 and four digits: <c>7.76GiB</c>.</summary>
    internal static string Binary(double bytes)
    {
        var unit = 0;
        while (bytes >= 1024 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        return Significant(bytes, 4) + (unit == 0 ? "B" : char.ToUpperInvariant(Units[unit]) + "iB");
    }

    /// <summary>Reads <c>64m</c>, <c>1.5GiB</c>, <c>512</c>: a number of bytes, units in powers of 1024.</summary>
    /// <returns>False when it is no size.</returns>
    internal static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        var unit = text.AsSpan(end);
        if (unit is ['.', ..])
            unit = unit[1..];
        if (unit is [' ', ..])
            unit = unit[1..];
        var power = 0;
        if (!unit.IsEmpty)
        {
            power = "bkmgtp".IndexOf(char.ToLowerInvariant(unit[0]), StringComparison.Ordinal);
            var rest = unit[1..];
            if (
                power < 0
                || !(rest.IsEmpty || (power > 0 && (rest is "b" or "B" || rest.Equals("ib", StringComparison.OrdinalIgnoreCase))))
            )
                return false;
        }
        if (!decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        for (; power > 0; power--)
        {
            if (number > long.MaxValue / 1024)
                return false;
            number *= 1024;
        }
        if (number > long.MaxValue)
            return false;
        bytes = (long)number;
        return true;
    }

    private static string Significant(double value, int digits)
    {
        var whole = value < 1 ? 1 : (int)Math.Floor(Math.Log10(value)) + 1;
        var rounded = Math.Round(value, Math.Clamp(digits - whole, 0, 15));
        return rounded.ToString("0.####", CultureInfo.InvariantCulture);
    }
}

using System.Globalization;

namespace ConexRuntime.Commands;

/// <summary>A number of bytes as docker and runc take it: <c>64m</c>, <c>1.5GiB</c>, <c>1048576</c>, and -1.</summary>
internal static class MemorySize
{
    private const string Units = "kmgtp";

    /// <exception cref="FormatException">It is none.</exception>
    internal static long Parse(string text)
    {
        if (text == "-1")
        {
            return -1;
        }
        ReadOnlySpan<char> number = text.AsSpan().TrimEnd(' ');
        if (number.Length > 0 && char.ToLowerInvariant(number[^1]) == 'b')
        {
            number = number[..^1];
            number = number.Length > 0 && char.ToLowerInvariant(number[^1]) == 'i' ? number[..^1] : number;
        }
        int unit = number.Length > 0 ? Units.IndexOf(char.ToLowerInvariant(number[^1])) : -1;
        number = unit >= 0 ? number[..^1] : number;
        bool isNumber = decimal.TryParse(
            number.TrimEnd(' '),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out decimal value
        );
        decimal factor = 1;
        for (int i = 0; i <= unit; i++)
        {
            factor *= 1024;
        }
        return isNumber && value <= long.MaxValue / factor ? (long)(value * factor) : throw new FormatException($"invalid size: '{text}'");
    }
}

using System.Globalization;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary>Durations as runc takes them: <c>5s</c>, <c>1m30s</c>, <c>1.5h</c>.</summary>
internal static class GoDuration
{
    /// <exception cref="InvalidSpecException">It is none.</exception>
    internal static TimeSpan Parse(string text)
    {
        double seconds = 0;
        ReadOnlySpan<char> rest = text;
        do
        {
            int length = Run(rest, ofDigits: true);
            ReadOnlySpan<char> unit = rest[length..];
            unit = unit[..Run(unit, ofDigits: false)];
            if (
                length == 0
                || !double.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                || Seconds(unit) is not { } factor
            )
            {
                throw new InvalidSpecException($"invalid duration \"{text}\": write it as 5s or 1m30s");
            }
            seconds += number * factor;
            rest = rest[(length + unit.Length)..];
        } while (rest.Length > 0);
        return seconds < int.MaxValue / 1000
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidSpecException($"duration {text} is too long");
    }

    /// <summary>How many characters at the beginning belong to a number, or do not.</summary>
    private static int Run(ReadOnlySpan<char> text, bool ofDigits)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] == '.') == ofDigits)
        {
            length++;
        }
        return length;
    }

    private static double? Seconds(ReadOnlySpan<char> unit) =>
        unit switch
        {
            "ns" => 1e-9,
            "us" or "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => null,
        };
}

using System.Buffers;
using System.Globalization;

namespace Conex.Cli.Requests;

/// <summary>A time on the command line: a date, seconds since 1970, or how long ago (<c>1h30m</c>).</summary>
internal static class PointInTime
{
    private static readonly SearchValues<char> Number = SearchValues.Create("0123456789.");

    private static readonly (string Unit, decimal Seconds)[] Units =
    [
        ("ns", 0.000000001m),
        ("us", 0.000001m),
        ("µs", 0.000001m),
        ("ms", 0.001m),
        ("s", 1),
        ("m", 60),
        ("h", 3600),
    ];

    /// <summary>The time as the engine takes it: seconds since 1970 with nine decimals.</summary>
    /// <exception cref="FormatException">It is no time.</exception>
    internal static string Parse(string text, DateTimeOffset now)
    {
        if (TryDuration(text, out var seconds))
            return Seconds((now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / (decimal)TimeSpan.TicksPerSecond - seconds);
        if (
            decimal.TryParse(
                text,
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
            return Seconds(number);
        var (whole, fraction) = SplitFraction(text);
        if (
            text.Length >= 4
            && char.IsAsciiDigit(text[0])
            && DateTimeOffset.TryParse(whole, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time)
        )
        {
            return Seconds(((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / (decimal)TimeSpan.TicksPerSecond) + fraction);
        }
        throw new FormatException($"failed to parse value as time or duration: \"{text}\"");
    }

    /// <summary>Reads Go's form of a duration: numbers with units, the largest usually first.</summary>
    internal static bool TryDuration(string text, out decimal seconds)
    {
        seconds = 0;
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
            rest = rest[1..];
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Number);
            if (
                digits <= 0
                || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            )
                return false;
            rest = rest[digits..];
            var end = rest.IndexOfAny(Number);
            var unit = end < 0 ? rest : rest[..end];
            rest = rest[unit.Length..];
            var scale = 0m;
            foreach (var (name, value) in Units)
            {
                if (unit.SequenceEqual(name))
                    scale = value;
            }
            if (scale == 0 || number > 1_000_000_000_000)
                return false;
            seconds += number * scale;
        }
        if (negative)
            seconds = -seconds;
        return true;
    }

    /// <summary>Takes the fraction of the second out of a time: logs have nine digits, and DateTimeOffset would round them to seven.</summary>
    private static (string Whole, decimal Fraction) SplitFraction(string text)
    {
        var dot = text.IndexOf('.');
        if (dot < 0 || text.LastIndexOf(':', dot) < 0)
            return (text, 0);
        var end = text.AsSpan(dot + 1).IndexOfAnyExceptInRange('0', '9');
        end = end < 0 ? text.Length : dot + 1 + end;
        return decimal.TryParse(text.AsSpan(dot, end - dot), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var fraction)
            ? (string.Concat(text.AsSpan(0, dot), text.AsSpan(end)), fraction)
            : (text, 0);
    }

    private static string Seconds(decimal seconds) => seconds.ToString("0.000000000", CultureInfo.InvariantCulture);
}

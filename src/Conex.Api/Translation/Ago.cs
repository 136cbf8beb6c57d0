using System.Buffers;
using System.Globalization;

namespace Conex.Api.Translation;

/// <summary>Moments as the filter <c>until</c> has them: <c>24h</c> or <c>1h30m</c> before now, or a time.</summary>
internal static class Ago
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Seconds)[] Units =
    [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("µs", 1e-6),
        ("ms", 1e-3),
        ("h", 3600),
        ("m", 60),
        ("s", 1),
    ];

    /// <exception cref="Engine.Errors.InvalidRequestException">It is neither.</exception>
    internal static DateTimeOffset? Moment(string text, DateTimeOffset now) =>
        TrySpan(text, out TimeSpan span) ? now - span : DockerTime.Moment(text);

    /// <summary>A span as Go writes it: numbers with units, the largest first or not.</summary>
    private static bool TrySpan(ReadOnlySpan<char> text, out TimeSpan span)
    {
        span = default;
        double seconds = 0;
        if (text.IsEmpty)
        {
            return false;
        }
        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExcept(Digits);
            if (
                digits <= 0
                || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            )
            {
                return false;
            }
            text = text[digits..];
            int before = text.Length;
            foreach ((string unit, double length) in Units)
            {
                if (text.StartsWith(unit, StringComparison.Ordinal))
                {
                    seconds += number * length;
                    text = text[unit.Length..];
                    break;
                }
            }
            if (text.Length == before || seconds > TimeSpan.FromDays(365_000).TotalSeconds)
            {
                return false;
            }
        }
        span = TimeSpan.FromSeconds(seconds);
        return true;
    }
}

using System.Globalization;
using Conex.Engine.Errors;

namespace Conex.Api.Translation;

/// <summary>Times as the Docker Engine API writes and reads them.</summary>
internal static class DockerTime
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NanosecondsPerTick = 100;

    /// <summary>What stands for "never".</summary>
    internal const string Never = "0001-01-01T00:00:00Z";

    /// <summary>RFC 3339 with nine digits of a second, as logs have it.</summary>
    internal static string Fixed(long nanoseconds)
    {
        (long seconds, long rest) = Math.DivRem(nanoseconds, NanosecondsPerSecond);
        return $"{DateTimeOffset.FromUnixTimeSeconds(seconds):yyyy-MM-ddTHH:mm:ss}.{rest:D9}Z";
    }

    /// <summary>RFC 3339 with as many digits as needed, as inspect has it.</summary>
    internal static string Text(DateTimeOffset? time) =>
        time is { } known ? known.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture) : Never;

    /// <summary>Nanoseconds since 1970.</summary>
    internal static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;

    /// <inheritdoc cref="Parse"/>
    /// <returns>The moment; null for an absent time and for 0, which means none.</returns>
    internal static DateTimeOffset? Moment(string? text) =>
        Parse(text) is { } nanoseconds ? DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick) : null;

    /// <summary>Reads seconds since 1970 with a fraction (<c>1136073600.000000001</c>), or RFC 3339.</summary>
    /// <returns>Nanoseconds since 1970; null for an absent time and for 0, which means none.</returns>
    /// <exception cref="InvalidRequestException">It is neither.</exception>
    internal static long? Parse(string? text)
    {
        if (text is null or "0")
        {
            return null;
        }

        int dot = text.IndexOf('.', StringComparison.Ordinal);
        ReadOnlySpan<char> whole = dot < 0 ? text : text.AsSpan(0, dot);
        if (
            long.TryParse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
            && Math.Abs(seconds) < 1L << 33
        )
        {
            string fraction = dot < 0 ? "0" : text[(dot + 1)..];
            if (
                long.TryParse(fraction.PadRight(9, '0').AsSpan(0, 9), NumberStyles.None, CultureInfo.InvariantCulture, out long nanoseconds)
            )
            {
                return (seconds * NanosecondsPerSecond) + nanoseconds;
            }
        }
        else if (
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            && text.Contains('-', StringComparison.Ordinal)
        )
        {
            return Nanoseconds(time);
        }

        throw new InvalidRequestException($"invalid time \"{text}\": give seconds since 1970, or a time as 2006-01-02T15:04:05Z");
    }
}

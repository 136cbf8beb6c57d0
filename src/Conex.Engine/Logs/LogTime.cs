using System.Globalization;

namespace Conex.Engine.Logs;

/// <summary>A moment to the nanosecond, which <see cref="DateTimeOffset"/> cannot hold.</summary>
/// <param name="Nanoseconds">Since 1970.</param>
public readonly record struct LogTime(long Nanoseconds) : IComparable<LogTime>
{
    private const long Second = 1_000_000_000;
    private const int TickNanoseconds = 100;

    /// <summary>The same moment.</summary>
    public static LogTime From(DateTimeOffset time) => new((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * TickNanoseconds);

    /// <summary>Reads RFC 3339 in UTC with any number of decimals, as the monitor writes it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out LogTime time)
    {
        time = default;
        const int seconds = 19; // "2026-01-02T03:04:05"
        if (
            utf8.Length < seconds + 1
            || utf8[^1] != (byte)'Z'
            || !Number(utf8[..4], out int year)
            || !Number(utf8[5..7], out int month)
            || !Number(utf8[8..10], out int day)
            || !Number(utf8[11..13], out int hour)
            || !Number(utf8[14..16], out int minute)
            || !Number(utf8[17..19], out int second)
            || year is < 1 or > 9999
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, month)
            || hour > 23
            || minute > 59
            || second > 60
        )
        {
            return false;
        }
        long whole = (new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks) * TickNanoseconds;
        long fraction = 0;
        long unit = Second;
        ReadOnlySpan<byte> decimals = utf8[seconds..^1];
        if (!decimals.IsEmpty && decimals[0] != (byte)'.')
        {
            return false;
        }
        foreach (byte digit in decimals.IsEmpty ? decimals : decimals[1..])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }
            unit /= 10;
            fraction += (digit - '0') * unit;
        }
        time = new LogTime(whole + (second * Second) + fraction);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(LogTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>RFC 3339 in UTC with nine decimals, as <c>docker logs -t</c> prints it.</summary>
    public override string ToString()
    {
        long seconds = Math.DivRem(Nanoseconds, Second, out long rest);
        if (rest < 0)
        {
            seconds--;
            rest += Second;
        }
        DateTime time = DateTime.UnixEpoch.AddSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-ddTHH:mm:ss}.{rest:D9}Z");
    }

    public static bool operator <(LogTime left, LogTime right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(LogTime left, LogTime right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(LogTime left, LogTime right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(LogTime left, LogTime right) => left.Nanoseconds >= right.Nanoseconds;

    private static bool Number(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }
            number = (number * 10) + (digit - '0');
        }
        return true;
    }
}

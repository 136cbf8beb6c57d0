using Conex.Linux.Clocks;

namespace Conex.Runtime.Monitors;

/// <summary>A moment in nanoseconds, written as RFC 3339 with all nine digits so that text sorts as time does.</summary>
/// <param name="Seconds">Seconds since 1970 in UTC.</param>
public readonly record struct UtcTime(long Seconds, int Nanoseconds)
{
    /// <summary>Bytes of the text: <c>2026-01-02T03:04:05.123456789Z</c>.</summary>
    public const int TextLength = 30;

    /// <summary>The clock's time.</summary>
    public static UtcTime Now
    {
        get
        {
            (long seconds, int nanoseconds) = RealTimeClock.Now;
            return new UtcTime(seconds, nanoseconds);
        }
    }

    /// <summary>Writes the text to the first <see cref="TextLength"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        DateTime second = DateTime.UnixEpoch.AddTicks(Seconds * TimeSpan.TicksPerSecond);
        "0000-00-00T00:00:00.000000000Z"u8.CopyTo(destination);
        Digits(destination[..4], second.Year);
        Digits(destination[5..7], second.Month);
        Digits(destination[8..10], second.Day);
        Digits(destination[11..13], second.Hour);
        Digits(destination[14..16], second.Minute);
        Digits(destination[17..19], second.Second);
        Digits(destination[20..29], Nanoseconds);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[TextLength];
        Write(text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    private static void Digits(Span<byte> place, int value)
    {
        for (int i = place.Length - 1; i >= 0; i--)
        {
            place[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}

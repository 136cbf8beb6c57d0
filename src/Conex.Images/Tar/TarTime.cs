namespace Conex.Images.Tar;

/// <summary>A modification time: PAX keeps more digits and a wider range than <see cref="DateTimeOffset"/>.</summary>
/// <param name="Seconds">Since 1970; negative before.</param>
/// <param name="Nanoseconds">0 to 999,999,999, always added.</param>
public readonly record struct TarTime(long Seconds, uint Nanoseconds = 0)
{
    /// <summary>Rounded down to 100 ns.</summary>
    public static TarTime From(DateTimeOffset time)
    {
        long ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        long seconds = (long)Math.Floor(ticks / (double)TimeSpan.TicksPerSecond);
        return new TarTime(seconds, (uint)((ticks - (seconds * TimeSpan.TicksPerSecond)) * 100));
    }
}

namespace Conex.Linux.Clocks;

/// <summary>A point in time by the monotonic clock.</summary>
internal readonly struct Deadline(TimeSpan timeout)
{
    private readonly long end = Environment.TickCount64 + (long)timeout.TotalMilliseconds;

    internal bool HasPassed => Environment.TickCount64 >= end;

    /// <summary>Milliseconds until then, at most <paramref name="atMost"/>, at least 1.</summary>
    internal int Remaining(int atMost) => (int)Math.Clamp(end - Environment.TickCount64, 1, atMost);
}

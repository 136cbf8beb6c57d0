using Conex.DockerApi.Contracts;

namespace Conex.Cli.Output;

/// <summary>How fast something moves, and when it will be there.</summary>
/// <param name="start">Where it was when it was first seen: what an earlier attempt left did not move now.</param>
internal sealed class Pace(TimeProvider time, long start)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);
    private readonly long _began = time.GetTimestamp();

    /// <summary>As <c>  5.2MB/s 12s</c>; empty before there is anything to tell.</summary>
    internal string Text(ProgressDetail detail)
    {
        var elapsed = time.GetElapsedTime(_began);
        var moved = (detail.Current ?? 0) - start;
        if (elapsed < Shortest || moved <= 0)
            return "";
        var speed = moved / elapsed.TotalSeconds;
        var text = $"  {SizeText.Decimal(speed)}/s";
        return detail.Total > detail.Current ? $"{text} {Left((detail.Total.Value - detail.Current!.Value) / speed)}" : text;
    }

    private static string Left(double seconds) =>
        seconds < 60 ? $"{Math.Ceiling(seconds):0}s"
        : seconds < 3600 ? $"{(int)seconds / 60}m{(int)seconds % 60:00}s"
        : $"{(int)(seconds / 3600)}h{(int)seconds % 3600 / 60:00}m";
}

namespace Conex.Api.Translation;

/// <summary>Spans of time in Docker's words: <c>5 minutes</c>, <c>About an hour</c>.</summary>
internal static class Duration
{
    internal static string Text(TimeSpan span)
    {
        int seconds = (int)Math.Min(span.TotalSeconds, int.MaxValue);
        int hours = (int)Math.Min(span.TotalHours + 0.5, int.MaxValue);
        return (seconds, seconds / 60, hours) switch
        {
            (< 1, _, _) => "Less than a second",
            (1, _, _) => "1 second",
            (< 60, _, _) => $"{seconds} seconds",
            (_, 1, _) => "About a minute",
            (_, < 60, _) => $"{seconds / 60} minutes",
            (_, _, 1) => "About an hour",
            (_, _, < 48) => $"{hours} hours",
            (_, _, < 24 * 7 * 2) => $"{hours / 24} days",
            (_, _, < 24 * 30 * 2) => $"{hours / 24 / 7} weeks",
            (_, _, < 24 * 365 * 2) => $"{hours / 24 / 30} months",
            _ => $"{(int)(span.TotalHours / 24 / 365)} years",
        };
    }
}

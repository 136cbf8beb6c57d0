using System.Net;
using System.Net.Http.Headers;

namespace Conex.Images.Registries;

/// <summary>How long to wait before the next attempt, and whether one makes sense.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait that a registry can ask for; one that asks for more is taken as refusing.</summary>
    internal static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether a later attempt may have another answer.</summary>
    internal static bool IsPassing(HttpStatusCode status) =>
        status
            is HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or HttpStatusCode.InternalServerError
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout;

    /// <summary>Doubling, and half of it by chance, so that many clients do not come back at one moment.</summary>
    /// <param name="attempt">0 for the wait after the first.</param>
    internal static TimeSpan Delay(TimeSpan first, int attempt)
    {
        TimeSpan full = first * Math.Pow(2, Math.Min(attempt, 10));
        full = full > Longest ? Longest : full;
        return (full / 2) + (full / 2 * Random.Shared.NextDouble());
    }

    /// <summary>What the registry asks for; null where it does not say.</summary>
    internal static TimeSpan? Asked(RetryConditionHeaderValue? header, DateTimeOffset now) =>
        header?.Delta ?? (header?.Date is { } date ? (date > now ? date - now : TimeSpan.Zero) : null);
}

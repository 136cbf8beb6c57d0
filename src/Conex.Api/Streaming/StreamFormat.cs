using Conex.Api.Routing;

namespace Conex.Api.Streaming;

/// <summary>The names of the two formats of output.</summary>
internal static class StreamFormat
{
    internal const string Raw = "application/vnd.docker.raw-stream";
    internal const string Multiplexed = "application/vnd.docker.multiplexed-stream";

    /// <summary>The content type of a container's output; clients before API 1.42 know only one.</summary>
    internal static string ContentType(ApiVersion version, bool terminal) => terminal || !version.IsAtLeast(42) ? Raw : Multiplexed;
}

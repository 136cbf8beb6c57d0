using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>The answer of <c>GET /version</c>.</summary>
public sealed record VersionResponse
{
    public VersionPlatform? Platform { get; init; }

    public VersionComponent[]? Components { get; init; }

    public string Version { get; init; } = "";

    public string ApiVersion { get; init; } = "";

    [JsonPropertyName("MinAPIVersion")]
    public string MinApiVersion { get; init; } = "";

    public string GitCommit { get; init; } = "";

    public string GoVersion { get; init; } = "";

    public string Os { get; init; } = "";

    public string Arch { get; init; } = "";

    public string KernelVersion { get; init; } = "";

    public bool? Experimental { get; init; }

    public string BuildTime { get; init; } = "";
}

public sealed record VersionPlatform
{
    public string Name { get; init; } = "";
}

public sealed record VersionComponent
{
    public string Name { get; init; } = "";

    public string Version { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Details { get; init; }
}

/// <summary>What the headers of <c>/_ping</c> say about an engine.</summary>
/// <param name="ApiVersion">The newest API it serves, as <c>1.51</c>.</param>
/// <param name="OsType"><c>linux</c>.</param>
/// <param name="Build">The build of a Conex engine; null when it is another engine.</param>
/// <param name="Server">The <c>Server</c> header.</param>
public sealed record PingInfo(string? ApiVersion, string? OsType, string? Build, string? Server);

/// <summary>An error's body.</summary>
public sealed record ErrorResponse
{
    [JsonPropertyName("message")]
    public string Message { get; init; } = "";
}

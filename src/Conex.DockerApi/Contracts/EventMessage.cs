using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>One object of <c>GET /events</c>.</summary>
public sealed record EventMessage
{
    [JsonPropertyName("status")]
    public string? LegacyStatus { get; init; }

    [JsonPropertyName("id")]
    public string? LegacyId { get; init; }

    [JsonPropertyName("from")]
    public string? LegacyFrom { get; init; }

    /// <summary><c>container</c>, <c>image</c>, …</summary>
    public string Type { get; init; } = "";

    /// <summary><c>create</c>, <c>start</c>, <c>die</c>, …</summary>
    public string Action { get; init; } = "";

    public EventActor Actor { get; init; } = new();

    [JsonPropertyName("scope")]
    public string Scope { get; init; } = "local";

    /// <summary>Seconds since 1970.</summary>
    [JsonPropertyName("time")]
    public long Time { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }
}

public sealed record EventActor
{
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

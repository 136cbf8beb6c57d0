using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>One line of progress of pull, push, load, import or build. An error comes in the stream, because its status is already sent.</summary>
public sealed record JsonMessage
{
    [JsonPropertyName("stream")]
    public string? Stream { get; init; }

    [JsonPropertyName("status")]
    public string? Status { get; init; }

    [JsonPropertyName("progressDetail")]
    public ProgressDetail? ProgressDetail { get; init; }

    /// <summary>The progress drawn as text, for clients that draw none.</summary>
    [JsonPropertyName("progress")]
    public string? Progress { get; init; }

    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("errorDetail")]
    public ErrorDetail? ErrorDetail { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }

    [JsonPropertyName("aux")]
    public JsonElement? Aux { get; init; }
}

public sealed record ProgressDetail
{
    [JsonPropertyName("current")]
    public long? Current { get; init; }

    [JsonPropertyName("total")]
    public long? Total { get; init; }
}

public sealed record ErrorDetail
{
    [JsonPropertyName("code")]
    public int? Code { get; init; }

    [JsonPropertyName("message")]
    public string Message { get; init; } = "";
}

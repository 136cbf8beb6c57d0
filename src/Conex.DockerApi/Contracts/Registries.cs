using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>A credential, as the body of <c>POST /auth</c> and, in base64url, as the header X-Registry-Auth.</summary>
public sealed record AuthConfig
{
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("password")]
    public string? Password { get; init; }

    /// <summary>NAME:PASSWORD in base64, where the two members are absent.</summary>
    [JsonPropertyName("auth")]
    public string? Auth { get; init; }

    [JsonPropertyName("serveraddress")]
    public string? ServerAddress { get; init; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    [JsonPropertyName("registrytoken")]
    public string? RegistryToken { get; init; }
}

/// <summary>The answer of <c>POST /auth</c>.</summary>
public sealed record AuthResponse
{
    public string Status { get; init; } = "";

    /// <summary>What to keep instead of the password; empty where the registry gives none.</summary>
    public string IdentityToken { get; init; } = "";
}

/// <summary>What a push left in the registry: the <c>aux</c> of one of its messages.</summary>
public sealed record PushResult
{
    public string Tag { get; init; } = "";

    public string Digest { get; init; } = "";

    public long Size { get; init; }
}

/// <summary>The answer of <c>GET /distribution/{name}/json</c>.</summary>
public sealed record DistributionInspect
{
    public DistributionDescriptor Descriptor { get; init; } = new();

    public DistributionPlatform[] Platforms { get; init; } = [];
}

public sealed record DistributionDescriptor
{
    [JsonPropertyName("mediaType")]
    public string MediaType { get; init; } = "";

    [JsonPropertyName("digest")]
    public string Digest { get; init; } = "";

    [JsonPropertyName("size")]
    public long Size { get; init; }
}

public sealed record DistributionPlatform
{
    [JsonPropertyName("architecture")]
    public string Architecture { get; init; } = "";

    [JsonPropertyName("os")]
    public string Os { get; init; } = "";

    [JsonPropertyName("variant")]
    public string? Variant { get; init; }
}

/// <summary>One row of <c>GET /images/search</c>.</summary>
public sealed record SearchResult
{
    [JsonPropertyName("star_count")]
    public int StarCount { get; init; }

    [JsonPropertyName("is_official")]
    public bool IsOfficial { get; init; }

    /// <summary>As a pull takes it.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init; } = "";

    [JsonPropertyName("is_automated")]
    public bool IsAutomated { get; init; }

    [JsonPropertyName("description")]
    public string Description { get; init; } = "";
}

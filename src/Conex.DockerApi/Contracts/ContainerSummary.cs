using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>One row of <c>GET /containers/json</c>.</summary>
public sealed record ContainerSummary
{
    public string Id { get; init; } = "";

    /// <summary>With leading slashes.</summary>
    public string[] Names { get; init; } = [];

    public string Image { get; init; } = "";

    [JsonPropertyName("ImageID")]
    public string ImageId { get; init; } = "";

    /// <summary>Entrypoint and arguments in one line.</summary>
    public string Command { get; init; } = "";

    /// <summary>Seconds since 1970.</summary>
    public long Created { get; init; }

    public PortSummary[] Ports { get; init; } = [];

    public long? SizeRw { get; init; }

    public long? SizeRootFs { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>One word, as <c>running</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>For people, as <c>Exited (0) 2 minutes ago</c>.</summary>
    public string Status { get; init; } = "";

    public SummaryHostConfig HostConfig { get; init; } = new();

    public SummaryNetworkSettings NetworkSettings { get; init; } = new();

    public MountPoint[] Mounts { get; init; } = [];
}

public sealed record PortSummary
{
    [JsonPropertyName("IP")]
    public string? Ip { get; init; }

    public int PrivatePort { get; init; }

    public int? PublicPort { get; init; }

    public string Type { get; init; } = "";
}

public sealed record SummaryHostConfig
{
    public string NetworkMode { get; init; } = "";
}

public sealed record SummaryNetworkSettings
{
    public IReadOnlyDictionary<string, EndpointSettings> Networks { get; init; } =
        new Dictionary<string, EndpointSettings>(StringComparer.Ordinal);
}

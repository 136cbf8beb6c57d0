using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>The answer of <c>GET /containers/{id}/json</c>, what <c>docker inspect</c> prints. Times are RFC 3339 with nanoseconds.</summary>
public sealed record ContainerInspect
{
    public string Id { get; init; } = "";

    public string Created { get; init; } = "";

    public string Path { get; init; } = "";

    public string[] Args { get; init; } = [];

    public ContainerState State { get; init; } = new();

    /// <summary>The image's ID, <c>sha256:…</c>.</summary>
    public string Image { get; init; } = "";

    public string ResolvConfPath { get; init; } = "";

    public string HostnamePath { get; init; } = "";

    public string HostsPath { get; init; } = "";

    public string LogPath { get; init; } = "";

    /// <summary>With a leading slash.</summary>
    public string Name { get; init; } = "";

    public int RestartCount { get; init; }

    public string Driver { get; init; } = "";

    public string Platform { get; init; } = "linux";

    public string MountLabel { get; init; } = "";

    public string ProcessLabel { get; init; } = "";

    public string AppArmorProfile { get; init; } = "";

    [JsonIgnore(Condition = Never), JsonPropertyName("ExecIDs")]
    public string[]? ExecIds { get; init; }

    public HostConfig HostConfig { get; init; } = new();

    public GraphDriver GraphDriver { get; init; } = new();

    public long? SizeRw { get; init; }

    public long? SizeRootFs { get; init; }

    public MountPoint[] Mounts { get; init; } = [];

    public ContainerConfig Config { get; init; } = new();

    public NetworkSettings NetworkSettings { get; init; } = new();
}

public sealed record ContainerState
{
    /// <summary><c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or <c>dead</c>.</summary>
    public string Status { get; init; } = "";

    public bool Running { get; init; }

    public bool Paused { get; init; }

    public bool Restarting { get; init; }

    public bool OOMKilled { get; init; }

    public bool Dead { get; init; }

    public int Pid { get; init; }

    public int ExitCode { get; init; }

    public string Error { get; init; } = "";

    public string StartedAt { get; init; } = "0001-01-01T00:00:00Z";

    public string FinishedAt { get; init; } = "0001-01-01T00:00:00Z";
}

/// <summary>How the root filesystem is stored.</summary>
public sealed record GraphDriver
{
    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    public string Name { get; init; } = "";
}

/// <summary>One mount of a container as inspect and ps tell it.</summary>
public sealed record MountPoint
{
    public string Type { get; init; } = "";

    public string? Name { get; init; }

    public string Source { get; init; } = "";

    public string Destination { get; init; } = "";

    public string? Driver { get; init; }

    public string Mode { get; init; } = "";

    [JsonPropertyName("RW")]
    public bool Rw { get; init; }

    public string Propagation { get; init; } = "";
}

/// <summary>The networks of a container; the top-level addresses are those of the default bridge, which clients before API 1.52 read.</summary>
public sealed record NetworkSettings
{
    public string Bridge { get; init; } = "";

    [JsonPropertyName("SandboxID")]
    public string SandboxId { get; init; } = "";

    public string SandboxKey { get; init; } = "";

    public IReadOnlyDictionary<string, PortBinding[]?> Ports { get; init; } =
        new Dictionary<string, PortBinding[]?>(StringComparer.Ordinal);

    public bool HairpinMode { get; init; }

    [JsonPropertyName("LinkLocalIPv6Address")]
    public string LinkLocalIpv6Address { get; init; } = "";

    [JsonPropertyName("LinkLocalIPv6PrefixLen")]
    public int LinkLocalIpv6PrefixLen { get; init; }

    [JsonPropertyName("SecondaryIPAddresses"), JsonIgnore(Condition = Never)]
    public string[]? SecondaryIpAddresses { get; init; }

    [JsonPropertyName("SecondaryIPv6Addresses"), JsonIgnore(Condition = Never)]
    public string[]? SecondaryIpv6Addresses { get; init; }

    [JsonPropertyName("EndpointID")]
    public string EndpointId { get; init; } = "";

    public string Gateway { get; init; } = "";

    [JsonPropertyName("GlobalIPv6Address")]
    public string GlobalIpv6Address { get; init; } = "";

    [JsonPropertyName("GlobalIPv6PrefixLen")]
    public int GlobalIpv6PrefixLen { get; init; }

    [JsonPropertyName("IPAddress")]
    public string IpAddress { get; init; } = "";

    [JsonPropertyName("IPPrefixLen")]
    public int IpPrefixLen { get; init; }

    [JsonPropertyName("IPv6Gateway")]
    public string Ipv6Gateway { get; init; } = "";

    public string MacAddress { get; init; } = "";

    public IReadOnlyDictionary<string, EndpointSettings> Networks { get; init; } =
        new Dictionary<string, EndpointSettings>(StringComparer.Ordinal);
}

using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>The body of <c>POST /containers/create</c>: a <see cref="ContainerConfig"/> whose object also holds what the host gives.</summary>
public sealed record ContainerCreateRequest : ContainerConfig
{
    public HostConfig? HostConfig { get; init; }

    public NetworkingConfig? NetworkingConfig { get; init; }
}

public sealed record ContainerCreateResponse
{
    public string Id { get; init; } = "";

    public string[] Warnings { get; init; } = [];
}

public sealed record NetworkingConfig
{
    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, EndpointSettings?>? EndpointsConfig { get; init; }
}

/// <summary>A container's place in one network, asked for or given.</summary>
public sealed record EndpointSettings
{
    [JsonPropertyName("IPAMConfig"), JsonIgnore(Condition = Never)]
    public EndpointIpamConfig? IpamConfig { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? Links { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? Aliases { get; init; }

    public string MacAddress { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? DriverOpts { get; init; }

    public int GwPriority { get; init; }

    [JsonPropertyName("NetworkID")]
    public string NetworkId { get; init; } = "";

    [JsonPropertyName("EndpointID")]
    public string EndpointId { get; init; } = "";

    public string Gateway { get; init; } = "";

    [JsonPropertyName("IPAddress")]
    public string IpAddress { get; init; } = "";

    [JsonPropertyName("IPPrefixLen")]
    public int IpPrefixLen { get; init; }

    [JsonPropertyName("IPv6Gateway")]
    public string Ipv6Gateway { get; init; } = "";

    [JsonPropertyName("GlobalIPv6Address")]
    public string GlobalIpv6Address { get; init; } = "";

    [JsonPropertyName("GlobalIPv6PrefixLen")]
    public int GlobalIpv6PrefixLen { get; init; }

    [JsonPropertyName("DNSNames"), JsonIgnore(Condition = Never)]
    public string[]? DnsNames { get; init; }
}

public sealed record EndpointIpamConfig
{
    [JsonPropertyName("IPv4Address")]
    public string? Ipv4Address { get; init; }

    [JsonPropertyName("IPv6Address")]
    public string? Ipv6Address { get; init; }

    [JsonPropertyName("LinkLocalIPs")]
    public string[]? LinkLocalIps { get; init; }
}

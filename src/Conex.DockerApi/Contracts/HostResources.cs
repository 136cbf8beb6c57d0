using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>A device node of the host that appears in the container; <c>CgroupPermissions</c> of the letters r, w, m.</summary>
public sealed record DeviceMapping
{
    public string PathOnHost { get; init; } = "";

    public string PathInContainer { get; init; } = "";

    public string CgroupPermissions { get; init; } = "";
}

/// <summary>A request to a device driver, as <c>--gpus</c> makes it.</summary>
public sealed record DeviceRequest
{
    public string Driver { get; init; } = "";

    public int Count { get; init; }

    [JsonIgnore(Condition = Never), JsonPropertyName("DeviceIDs")]
    public string[]? DeviceIds { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[][]? Capabilities { get; init; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Options { get; init; }
}

/// <summary>A resource limit of setrlimit(2) by its short name, as <c>nofile</c>; -1 means no limit.</summary>
public sealed record Ulimit
{
    public string Name { get; init; } = "";

    public long Hard { get; init; }

    public long Soft { get; init; }
}

public sealed record WeightDevice
{
    public string Path { get; init; } = "";

    public int Weight { get; init; }
}

public sealed record ThrottleDevice
{
    public string Path { get; init; } = "";

    public ulong Rate { get; init; }
}

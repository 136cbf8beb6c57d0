using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>What of the host a container gets: mounts, namespaces, limits, privileges. The <c>HostConfig</c> of the Docker Engine API.</summary>
public sealed record HostConfig
{
    /// <summary><c>source:destination[:options]</c>.</summary>
    [JsonIgnore(Condition = Never)]
    public string[]? Binds { get; init; }

    public string ContainerIDFile { get; init; } = "";

    public LogConfig? LogConfig { get; init; }

    /// <summary><c>default</c>, <c>bridge</c>, <c>host</c>, <c>none</c>, <c>container:ID</c> or a network's name.</summary>
    public string NetworkMode { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, PortBinding[]?>? PortBindings { get; init; }

    public RestartPolicy? RestartPolicy { get; init; }

    public bool AutoRemove { get; init; }

    public string VolumeDriver { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public string[]? VolumesFrom { get; init; }

    /// <summary>Rows and columns of the first terminal.</summary>
    public int[]? ConsoleSize { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public MountRequest[]? Mounts { get; init; }

    /// <summary>Mount point to options, as <c>"/run": "size=64m,mode=755"</c>.</summary>
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? CapAdd { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? CapDrop { get; init; }

    public string CgroupnsMode { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public string[]? Dns { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? DnsOptions { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? DnsSearch { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? ExtraHosts { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? GroupAdd { get; init; }

    public string IpcMode { get; init; } = "";

    public string Cgroup { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public string[]? Links { get; init; }

    public int OomScoreAdj { get; init; }

    public string PidMode { get; init; } = "";

    public bool Privileged { get; init; }

    public bool PublishAllPorts { get; init; }

    public bool ReadonlyRootfs { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? SecurityOpt { get; init; }

    public IReadOnlyDictionary<string, string>? StorageOpt { get; init; }

    public string UTSMode { get; init; } = "";

    public string UsernsMode { get; init; } = "";

    /// <summary>Bytes of /dev/shm; 0 means 64 MiB.</summary>
    public long ShmSize { get; init; }

    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    public string? Runtime { get; init; }

    public string Isolation { get; init; } = "";

    public long CpuShares { get; init; }

    /// <summary>Bytes; 0 means no limit.</summary>
    public long Memory { get; init; }

    /// <summary>Billionths of a CPU.</summary>
    public long NanoCpus { get; init; }

    public string CgroupParent { get; init; } = "";

    public int BlkioWeight { get; init; }

    [JsonIgnore(Condition = Never)]
    public WeightDevice[]? BlkioWeightDevice { get; init; }

    [JsonIgnore(Condition = Never)]
    public ThrottleDevice[]? BlkioDeviceReadBps { get; init; }

    [JsonIgnore(Condition = Never)]
    public ThrottleDevice[]? BlkioDeviceWriteBps { get; init; }

    [JsonIgnore(Condition = Never), JsonPropertyName("BlkioDeviceReadIOps")]
    public ThrottleDevice[]? BlkioDeviceReadIops { get; init; }

    [JsonIgnore(Condition = Never), JsonPropertyName("BlkioDeviceWriteIOps")]
    public ThrottleDevice[]? BlkioDeviceWriteIops { get; init; }

    /// <summary>Microseconds.</summary>
    public long CpuPeriod { get; init; }

    /// <summary>Microseconds of CPU time in each period.</summary>
    public long CpuQuota { get; init; }

    public long CpuRealtimePeriod { get; init; }

    public long CpuRealtimeRuntime { get; init; }

    public string CpusetCpus { get; init; } = "";

    public string CpusetMems { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public DeviceMapping[]? Devices { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? DeviceCgroupRules { get; init; }

    [JsonIgnore(Condition = Never)]
    public DeviceRequest[]? DeviceRequests { get; init; }

    public long MemoryReservation { get; init; }

    /// <summary>Memory and swap together in bytes; -1 means swap without limit.</summary>
    public long MemorySwap { get; init; }

    [JsonIgnore(Condition = Never)]
    public long? MemorySwappiness { get; init; }

    [JsonIgnore(Condition = Never)]
    public bool? OomKillDisable { get; init; }

    /// <summary>Null, 0 and -1 mean no limit.</summary>
    [JsonIgnore(Condition = Never)]
    public long? PidsLimit { get; init; }

    [JsonIgnore(Condition = Never)]
    public Ulimit[]? Ulimits { get; init; }

    public long CpuCount { get; init; }

    public long CpuPercent { get; init; }

    public long IOMaximumIOps { get; init; }

    public long IOMaximumBandwidth { get; init; }

    /// <summary>Null means the default paths; an empty array means none.</summary>
    [JsonIgnore(Condition = Never)]
    public string[]? MaskedPaths { get; init; }

    /// <summary>Null means the default paths; an empty array means none.</summary>
    [JsonIgnore(Condition = Never)]
    public string[]? ReadonlyPaths { get; init; }

    public bool? Init { get; init; }
}

public sealed record LogConfig
{
    public string Type { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Config { get; init; }
}

public sealed record PortBinding
{
    public string HostIp { get; init; } = "";

    public string HostPort { get; init; } = "";
}

public sealed record RestartPolicy
{
    /// <summary><c>no</c>, <c>always</c>, <c>unless-stopped</c>, <c>on-failure</c>; empty means <c>no</c>.</summary>
    public string Name { get; init; } = "";

    public int MaximumRetryCount { get; init; }
}

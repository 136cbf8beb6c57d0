using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>The answer of <c>GET /info</c>: the engine and the host it runs on.</summary>
public sealed record InfoResponse
{
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    public int Containers { get; init; }

    public int ContainersRunning { get; init; }

    public int ContainersPaused { get; init; }

    public int ContainersStopped { get; init; }

    public int Images { get; init; }

    public string Driver { get; init; } = "";

    public string[][] DriverStatus { get; init; } = [];

    public InfoPlugins Plugins { get; init; } = new();

    public bool MemoryLimit { get; init; }

    public bool SwapLimit { get; init; }

    public bool CpuCfsPeriod { get; init; }

    public bool CpuCfsQuota { get; init; }

    [JsonPropertyName("CPUShares")]
    public bool CpuShares { get; init; }

    [JsonPropertyName("CPUSet")]
    public bool CpuSet { get; init; }

    public bool PidsLimit { get; init; }

    [JsonPropertyName("IPv4Forwarding")]
    public bool Ipv4Forwarding { get; init; }

    public bool Debug { get; init; }

    public int NFd { get; init; }

    public bool OomKillDisable { get; init; }

    public int NGoroutines { get; init; }

    public string SystemTime { get; init; } = "";

    public string LoggingDriver { get; init; } = "";

    public string CgroupDriver { get; init; } = "";

    public string CgroupVersion { get; init; } = "";

    public int NEventsListener { get; init; }

    public string KernelVersion { get; init; } = "";

    public string OperatingSystem { get; init; } = "";

    [JsonPropertyName("OSVersion")]
    public string OsVersion { get; init; } = "";

    [JsonPropertyName("OSType")]
    public string OsType { get; init; } = "";

    public string Architecture { get; init; } = "";

    public string IndexServerAddress { get; init; } = "";

    public RegistryServiceConfig RegistryConfig { get; init; } = new();

    [JsonPropertyName("NCPU")]
    public int Cpus { get; init; }

    public long MemTotal { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? GenericResources { get; init; }

    public string DockerRootDir { get; init; } = "";

    public string HttpProxy { get; init; } = "";

    public string HttpsProxy { get; init; } = "";

    public string NoProxy { get; init; } = "";

    public string Name { get; init; } = "";

    public string[] Labels { get; init; } = [];

    public bool ExperimentalBuild { get; init; }

    public string ServerVersion { get; init; } = "";

    public IReadOnlyDictionary<string, RuntimeInfo> Runtimes { get; init; } = new Dictionary<string, RuntimeInfo>(StringComparer.Ordinal);

    public string DefaultRuntime { get; init; } = "";

    public SwarmInfo Swarm { get; init; } = new();

    public bool LiveRestoreEnabled { get; init; }

    public string Isolation { get; init; } = "";

    public string InitBinary { get; init; } = "";

    public ComponentCommit ContainerdCommit { get; init; } = new();

    public ComponentCommit RuncCommit { get; init; } = new();

    public ComponentCommit InitCommit { get; init; } = new();

    public string[] SecurityOptions { get; init; } = [];

    [JsonIgnore(Condition = Never), JsonPropertyName("CDISpecDirs")]
    public string[]? CdiSpecDirs { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? Warnings { get; init; }
}

public sealed record InfoPlugins
{
    public string[] Volume { get; init; } = [];

    public string[] Network { get; init; } = [];

    [JsonIgnore(Condition = Never)]
    public string[]? Authorization { get; init; }

    public string[] Log { get; init; } = [];
}

public sealed record RegistryServiceConfig
{
    [JsonPropertyName("InsecureRegistryCIDRs")]
    public string[] InsecureRegistryCidrs { get; init; } = [];

    public IReadOnlyDictionary<string, EmptyObject> IndexConfigs { get; init; } =
        new Dictionary<string, EmptyObject>(StringComparer.Ordinal);

    public string[] Mirrors { get; init; } = [];
}

public sealed record RuntimeInfo
{
    [JsonPropertyName("path")]
    public string? Path { get; init; }
}

public sealed record SwarmInfo
{
    [JsonPropertyName("NodeID")]
    public string NodeId { get; init; } = "";

    public string NodeAddr { get; init; } = "";

    public string LocalNodeState { get; init; } = "inactive";

    public bool ControlAvailable { get; init; }

    public string Error { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public EmptyObject[]? RemoteManagers { get; init; }
}

public sealed record ComponentCommit
{
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";
}

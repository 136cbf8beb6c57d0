using Conex.Api.Routing;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Images.Layers;

namespace Conex.Api.Translation;

/// <summary>The engine and its host as version and info show them.</summary>
internal static class SystemAnswers
{
    internal static VersionResponse Version(EngineInfo info, string version, string build) =>
        new()
        {
            Platform = new VersionPlatform { Name = "Conex" },
            Components =
            [
                new VersionComponent
                {
                    Name = "Engine",
                    Version = version,
                    Details = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["ApiVersion"] = ApiVersion.Newest.ToString(),
                        ["Arch"] = Architecture(info),
                        ["BuildTime"] = "",
                        ["Experimental"] = "false",
                        ["GitCommit"] = build,
                        ["GoVersion"] = Language,
                        ["KernelVersion"] = info.KernelVersion,
                        ["MinAPIVersion"] = ApiVersion.Oldest.ToString(),
                        ["Os"] = "linux",
                    },
                },
                new VersionComponent
                {
                    Name = "conex-runtime",
                    Version = version,
                    Details = new Dictionary<string, string>(StringComparer.Ordinal) { ["GitCommit"] = build },
                },
            ],
            Version = version,
            ApiVersion = ApiVersion.Newest.ToString(),
            MinApiVersion = ApiVersion.Oldest.ToString(),
            GitCommit = build,
            GoVersion = Language,
            Os = "linux",
            Arch = Architecture(info),
            KernelVersion = info.KernelVersion,
        };

    private static string Layers(EngineInfo info) =>
        info.Layers is LayerStorage.Mounted ? "mounted (EROFS)"
        : info.Layers is LayerStorage.Attached ? "attached (EROFS)"
        : info.Layers is LayerStorage.Looped ? "looped (EROFS)"
        : info.LayerObstacle.Length == 0 ? "unpacked"
        : $"unpacked ({info.LayerObstacle})";

    internal static InfoResponse Info(EngineInfo info, string version, DateTimeOffset now, int listeners) =>
        new()
        {
            Id = info.EngineId,
            Containers = info.Containers,
            ContainersRunning = info.Running,
            ContainersStopped = info.Stopped,
            Images = info.Images,
            Driver = EngineNames.StorageDriver,
            DriverStatus =
            [
                ["Layers", Layers(info)],
            ],
            Plugins = new InfoPlugins
            {
                Volume = [],
                Network = ["host", "none"],
                Log = [EngineNames.LogDriver],
            },
            MemoryLimit = true,
            SwapLimit = true,
            CpuCfsPeriod = true,
            CpuCfsQuota = true,
            CpuShares = true,
            CpuSet = true,
            PidsLimit = true,
            OomKillDisable = info.CgroupVersion == "1",
            SystemTime = DockerTime.Text(now),
            LoggingDriver = EngineNames.LogDriver,
            CgroupDriver = "cgroupfs",
            CgroupVersion = info.CgroupVersion,
            NEventsListener = listeners,
            KernelVersion = info.KernelVersion,
            OperatingSystem = info.OperatingSystem,
            OsVersion = info.OperatingSystemVersion,
            OsType = "linux",
            Architecture = info.Architecture,
            Cpus = info.Processors,
            MemTotal = info.Memory,
            DockerRootDir = info.DataRoot,
            Name = info.Hostname,
            ServerVersion = version,
            Runtimes = new Dictionary<string, RuntimeInfo>(StringComparer.Ordinal)
            {
                [EngineNames.Runtime] = new() { Path = "conex-runtime" },
            },
            DefaultRuntime = EngineNames.Runtime,
            LiveRestoreEnabled = true,
            InitBinary = "conex-runtime",
            RuncCommit = new ComponentCommit { Id = info.Build },
            InitCommit = new ComponentCommit { Id = info.Build },
            SecurityOptions = [.. info.SecurityOptions],
            Warnings = info.Warnings.Count > 0 ? [.. info.Warnings] : null,
        };

    /// <summary>What stands where clients print the Go version.</summary>
    private static string Language => $".NET {Environment.Version}";

    private static string Architecture(EngineInfo info) =>
        info.Architecture switch
        {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            string other => other,
        };
}

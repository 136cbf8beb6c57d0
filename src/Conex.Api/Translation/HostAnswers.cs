using Conex.DockerApi.Contracts;
using Conex.Engine.Containers;

namespace Conex.Api.Translation;

/// <summary>The host's part of a container's configuration as inspect shows it.</summary>
internal static class HostAnswers
{
    private const long DefaultShmSize = 64 << 20;

    internal static HostConfig FromEngine(HostConfiguration host) =>
        new()
        {
            Binds = Array(host.Binds),
            LogConfig = new LogConfig
            {
                Type = host.LogDriver.Length > 0 ? host.LogDriver : EngineNames.LogDriver,
                Config = host.LogOptions ?? new Dictionary<string, string>(StringComparer.Ordinal),
            },
            NetworkMode = host.NetworkMode,
            PortBindings = host.PortBindings?.ToDictionary(
                port => port.Key,
                port =>
                    (PortBinding[]?)
                        [.. port.Value.Select(binding => new PortBinding { HostIp = binding.Address, HostPort = binding.Port })],
                StringComparer.Ordinal
            ),
            RestartPolicy = new()
            {
                Name = host.RestartPolicy.Name.Length > 0 ? host.RestartPolicy.Name : "no",
                MaximumRetryCount = host.RestartPolicy.MaximumRetryCount,
            },
            AutoRemove = host.AutoRemove,
            VolumesFrom = Array(host.VolumesFrom),
            ConsoleSize = host.ConsoleSize is { } size ? [size.Rows, size.Columns] : [0, 0],
            Annotations = host.Annotations,
            Mounts = host.Mounts is null ? null : [.. host.Mounts.Select(FromMount)],
            Tmpfs = host.Tmpfs,
            CapAdd = Array(host.CapAdd),
            CapDrop = Array(host.CapDrop),
            CgroupnsMode = host.CgroupNamespaceMode.Length > 0 ? host.CgroupNamespaceMode : "private",
            Dns = Array(host.Dns),
            DnsOptions = Array(host.DnsOptions),
            DnsSearch = Array(host.DnsSearch),
            ExtraHosts = Array(host.ExtraHosts),
            GroupAdd = Array(host.GroupAdd),
            IpcMode = host.IpcMode.Length > 0 ? host.IpcMode : "private",
            Links = Array(host.Links),
            OomScoreAdj = host.OomScoreAdjustment,
            PidMode = host.PidMode,
            Privileged = host.Privileged,
            PublishAllPorts = host.PublishAllPorts,
            ReadonlyRootfs = host.ReadonlyRootfs,
            SecurityOpt = Array(host.SecurityOptions),
            UTSMode = host.UtsMode,
            UsernsMode = host.UserNamespaceMode,
            ShmSize = host.ShmSize > 0 ? host.ShmSize : DefaultShmSize,
            Sysctls = host.Sysctls,
            Runtime = EngineNames.Runtime,
            CpuShares = host.Resources.CpuShares,
            Memory = host.Resources.Memory,
            NanoCpus = host.Resources.NanoCpus,
            BlkioWeight = host.Resources.BlkioWeight,
            CpuPeriod = host.Resources.CpuPeriod,
            CpuQuota = host.Resources.CpuQuota,
            CpusetCpus = host.Resources.CpusetCpus,
            CpusetMems = host.Resources.CpusetMems,
            Devices = host.Devices is null
                ? []
                :
                [
                    .. host.Devices.Select(device => new DockerApi.Contracts.DeviceMapping
                    {
                        PathOnHost = device.PathOnHost,
                        PathInContainer = device.PathInContainer,
                        CgroupPermissions = device.Permissions,
                    }),
                ],
            DeviceCgroupRules = Array(host.DeviceCgroupRules),
            MemoryReservation = host.Resources.MemoryReservation,
            MemorySwap = host.Resources.MemorySwap,
            MemorySwappiness = host.Resources.MemorySwappiness,
            OomKillDisable = host.Resources.OomKillDisable,
            PidsLimit = host.Resources.PidsLimit,
            Ulimits = host.Ulimits is null
                ? []
                :
                [
                    .. host.Ulimits.Select(limit => new DockerApi.Contracts.Ulimit
                    {
                        Name = limit.Name,
                        Soft = limit.Soft,
                        Hard = limit.Hard,
                    }),
                ],
            MaskedPaths = Array(host.MaskedPaths),
            ReadonlyPaths = Array(host.ReadonlyPaths),
            Init = host.Init ? true : null,
        };

    private static MountRequest FromMount(MountConfiguration mount) =>
        new()
        {
            Type = mount.Type,
            Source = mount.Source.Length > 0 ? mount.Source : null,
            Target = mount.Target,
            ReadOnly = mount.ReadOnly ? true : null,
            Consistency = mount.Consistency,
            BindOptions =
                mount.Propagation.Length > 0 || mount.NonRecursive || mount.CreateMountpoint || mount.ReadOnlyNonRecursive
                    ? new BindOptions
                    {
                        Propagation = mount.Propagation.Length > 0 ? mount.Propagation : null,
                        NonRecursive = mount.NonRecursive ? true : null,
                        CreateMountpoint = mount.CreateMountpoint ? true : null,
                        ReadOnlyNonRecursive = mount.ReadOnlyNonRecursive ? true : null,
                    }
                    : null,
            TmpfsOptions =
                mount.TmpfsSize is null && mount.TmpfsMode is null
                    ? null
                    : new TmpfsOptions { SizeBytes = mount.TmpfsSize, Mode = mount.TmpfsMode },
        };

    private static string[]? Array(IReadOnlyList<string>? list) => list is null ? null : [.. list];
}

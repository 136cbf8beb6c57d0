using Conex.DockerApi.Contracts;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using DeviceMapping = Conex.Engine.Containers.DeviceMapping;
using RestartPolicy = Conex.Engine.Containers.RestartPolicy;
using Ulimit = Conex.Engine.Containers.Ulimit;

namespace Conex.Api.Translation;

/// <summary>The host's part of a create request in the engine's words.</summary>
internal static class HostRequests
{
    private const string OwnRuntime = "conex";

    /// <exception cref="NotAvailableException">It asks for something that the engine has no word for.</exception>
    internal static HostConfiguration ToEngine(HostConfig host)
    {
        RefuseUnknown(host);
        return new HostConfiguration
        {
            AutoRemove = host.AutoRemove,
            Binds = host.Binds,
            Mounts = host.Mounts is null ? null : [.. host.Mounts.Select(ToMount)],
            Tmpfs = host.Tmpfs,
            NetworkMode = host.NetworkMode.Length > 0 ? host.NetworkMode : "default",
            PortBindings = host.PortBindings?.ToDictionary(
                port => port.Key,
                port => (IReadOnlyList<HostPort>)[.. (port.Value ?? []).Select(binding => new HostPort(binding.HostIp, binding.HostPort))],
                StringComparer.Ordinal
            ),
            PublishAllPorts = host.PublishAllPorts,
            RestartPolicy = new RestartPolicy(host.RestartPolicy?.Name ?? "", host.RestartPolicy?.MaximumRetryCount ?? 0),
            LogDriver = host.LogConfig?.Type ?? "",
            LogOptions = host.LogConfig?.Config,
            ConsoleSize = Terminals.Size(host.ConsoleSize),
            Annotations = host.Annotations,
            VolumesFrom = host.VolumesFrom,
            CapAdd = host.CapAdd,
            CapDrop = host.CapDrop,
            Privileged = host.Privileged,
            SecurityOptions = host.SecurityOpt,
            MaskedPaths = host.MaskedPaths,
            ReadonlyPaths = host.ReadonlyPaths,
            ReadonlyRootfs = host.ReadonlyRootfs,
            Init = host.Init ?? false,
            CgroupNamespaceMode = host.CgroupnsMode,
            IpcMode = host.IpcMode,
            PidMode = host.PidMode,
            UtsMode = host.UTSMode,
            UserNamespaceMode = host.UsernsMode,
            Dns = host.Dns,
            DnsOptions = host.DnsOptions,
            DnsSearch = host.DnsSearch,
            ExtraHosts = host.ExtraHosts,
            GroupAdd = host.GroupAdd,
            Links = host.Links,
            OomScoreAdjustment = host.OomScoreAdj,
            ShmSize = host.ShmSize,
            Sysctls = host.Sysctls,
            Ulimits = host.Ulimits is null ? null : [.. host.Ulimits.Select(limit => new Ulimit(limit.Name, limit.Soft, limit.Hard))],
            Devices = host.Devices is null
                ? null
                :
                [
                    .. host.Devices.Select(device => new DeviceMapping(
                        device.PathOnHost,
                        device.PathInContainer,
                        device.CgroupPermissions
                    )),
                ],
            DeviceCgroupRules = host.DeviceCgroupRules,
            Resources = ToLimits(host),
        };
    }

    private static ResourceLimits ToLimits(HostConfig host) =>
        new()
        {
            Memory = host.Memory,
            MemoryReservation = host.MemoryReservation,
            MemorySwap = host.MemorySwap,
            // The docker client sends -1 for "not given".
            MemorySwappiness = host.MemorySwappiness is -1 ? null : host.MemorySwappiness,
            OomKillDisable = host.OomKillDisable,
            NanoCpus = host.NanoCpus,
            CpuShares = host.CpuShares,
            CpuPeriod = host.CpuPeriod,
            CpuQuota = host.CpuQuota,
            CpusetCpus = host.CpusetCpus,
            CpusetMems = host.CpusetMems,
            BlkioWeight = host.BlkioWeight,
            PidsLimit = host.PidsLimit,
        };

    private static MountConfiguration ToMount(MountRequest mount) =>
        new()
        {
            Type = mount.Type,
            Source = mount.Source ?? "",
            Target = mount.Target,
            ReadOnly = mount.ReadOnly ?? false,
            Consistency = mount.Consistency,
            Propagation = mount.BindOptions?.Propagation ?? "",
            NonRecursive = mount.BindOptions?.NonRecursive ?? false,
            CreateMountpoint = mount.BindOptions?.CreateMountpoint ?? false,
            ReadOnlyNonRecursive = mount.BindOptions?.ReadOnlyNonRecursive ?? false,
            TmpfsSize = mount.TmpfsOptions?.SizeBytes is > 0 and var size ? size : null,
            TmpfsMode = mount.TmpfsOptions?.Mode is > 0 and var mode ? mode : null,
        };

    private static void RefuseUnknown(HostConfig host)
    {
        string? what =
            host.DeviceRequests is { Length: > 0 } ? "requests to device drivers (--gpus)"
            : host.CgroupParent.Length > 0 ? "a parent cgroup (--cgroup-parent)"
            : host.StorageOpt is { Count: > 0 } ? "storage options (--storage-opt)"
            : host.CpuRealtimePeriod != 0 || host.CpuRealtimeRuntime != 0 ? "real-time CPU limits (--cpu-rt-period, --cpu-rt-runtime)"
            : host.BlkioWeightDevice is { Length: > 0 } ? "weights of single devices (--blkio-weight-device)"
            : host.BlkioDeviceReadBps is { Length: > 0 } || host.BlkioDeviceWriteBps is { Length: > 0 }
                ? "byte rates of single devices (--device-read-bps, --device-write-bps)"
            : host.BlkioDeviceReadIops is { Length: > 0 } || host.BlkioDeviceWriteIops is { Length: > 0 }
                ? "operation rates of single devices (--device-read-iops, --device-write-iops)"
            : null;
        if (what is not null)
        {
            throw new NotAvailableException($"{what} are not available in this engine yet");
        }

        if (host.Runtime is { Length: > 0 } runtime && runtime is not (OwnRuntime or "runc"))
        {
            throw new InvalidRequestException($"unknown or invalid runtime name: {runtime}");
        }
    }
}

namespace Conex.Oci.RuntimeSpec;

/// <summary>Memory limits in bytes; -1 is unlimited.</summary>
public sealed partial record LinuxMemory
{
    /// <summary>The hard limit.</summary>
    public long? Limit { get; init; }

    /// <summary>The soft limit.</summary>
    public long? Reservation { get; init; }

    /// <summary>The limit of memory plus swap.</summary>
    public long? Swap { get; init; }

    /// <summary>The hard limit of kernel memory (deprecated, ignored by kernels).</summary>
    public long? Kernel { get; init; }

    /// <summary>The hard limit of kernel memory for TCP buffers (cgroup v1).</summary>
    public long? KernelTcp { get; init; }

    /// <summary>How readily pages are swapped, 0 to 100 (cgroup v1).</summary>
    public ulong? Swappiness { get; init; }

    /// <summary>Whether tasks over the limit wait instead of being killed (cgroup v1).</summary>
    public bool? DisableOomKiller { get; init; }

    /// <summary>Whether children count towards their parents (cgroup v1).</summary>
    public bool? UseHierarchy { get; init; }

    /// <summary>Whether an update that would drop the limit below the usage is refused.</summary>
    public bool? CheckBeforeUpdate { get; init; }
}

/// <summary>CPU limits.</summary>
public sealed partial record LinuxCpu
{
    /// <summary>The relative weight, 2 to 262144; 1024 is usual.</summary>
    public ulong? Shares { get; init; }

    /// <summary>Microseconds of CPU in each period; -1 is unlimited.</summary>
    public long? Quota { get; init; }

    /// <summary>Microseconds beyond the quota that saved-up time may be used for.</summary>
    public ulong? Burst { get; init; }

    /// <summary>The period in microseconds.</summary>
    public ulong? Period { get; init; }

    /// <summary>Microseconds of real-time scheduling in each real-time period (cgroup v1).</summary>
    public long? RealtimeRuntime { get; init; }

    /// <summary>The real-time period in microseconds (cgroup v1).</summary>
    public ulong? RealtimePeriod { get; init; }

    /// <summary>The CPUs to run on (<c>0-3,7</c>).</summary>
    public string? Cpus { get; init; }

    /// <summary>The memory nodes to use (<c>0-1</c>).</summary>
    public string? Mems { get; init; }

    /// <summary>1 makes the whole cgroup idle-scheduled, 0 normal.</summary>
    public long? Idle { get; init; }
}

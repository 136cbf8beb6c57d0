namespace Conex.Oci.RuntimeSpec;

/// <summary>The limits of a container's cgroup (runtime-spec config-linux.md, "Control groups"). An absent member leaves its file alone.</summary>
public sealed partial record LinuxResources
{
    /// <summary>Device rules, applied in order; later ones win.</summary>
    public IReadOnlyList<LinuxDeviceRule>? Devices { get; init; }

    /// <summary>Memory.</summary>
    public LinuxMemory? Memory { get; init; }

    /// <summary>CPU time and placement.</summary>
    public LinuxCpu? Cpu { get; init; }

    /// <summary>The number of tasks.</summary>
    public LinuxPids? Pids { get; init; }

    /// <summary>Block I/O.</summary>
    public LinuxBlockIo? BlockIo { get; init; }

    /// <summary>Huge pages by page size.</summary>
    public IReadOnlyList<LinuxHugepageLimit>? HugepageLimits { get; init; }

    /// <summary>Network classes and priorities (cgroup v1).</summary>
    public LinuxNetwork? Network { get; init; }

    /// <summary>RDMA handles and objects by device.</summary>
    public IReadOnlyDictionary<string, LinuxRdma>? Rdma { get; init; }

    /// <summary>Values for files of cgroup v2, by file name.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }
}

/// <summary>A rule of the device cgroup.</summary>
public sealed partial record LinuxDeviceRule
{
    /// <summary>Whether the rule allows or denies.</summary>
    public required bool Allow { get; init; }

    /// <summary><c>a</c> (all), <c>c</c> or <c>b</c>; all when absent.</summary>
    public string? Type { get; init; }

    /// <summary>The major number; any when absent.</summary>
    public long? Major { get; init; }

    /// <summary>The minor number; any when absent.</summary>
    public long? Minor { get; init; }

    /// <summary>Any of <c>r</c>, <c>w</c> and <c>m</c> (mknod).</summary>
    public string? Access { get; init; }
}

/// <summary>The limit of tasks.</summary>
public sealed partial record LinuxPids
{
    /// <summary>The greatest number of tasks; -1 is unlimited, absent leaves the limit alone.</summary>
    public long? Limit { get; init; }
}

/// <summary>A limit of huge pages.</summary>
public sealed partial record LinuxHugepageLimit
{
    /// <summary>The page size as the kernel's files name it: <c>2MB</c>, <c>1GB</c>.</summary>
    public required string PageSize { get; init; }

    /// <summary>Bytes.</summary>
    public required ulong Limit { get; init; }
}

/// <summary>Network class and priorities (cgroup v1).</summary>
public sealed partial record LinuxNetwork
{
    /// <summary>The class tag of the cgroup's packets.</summary>
    public uint? ClassId { get; init; }

    /// <summary>The priority of traffic by interface.</summary>
    public IReadOnlyList<LinuxInterfacePriority>? Priorities { get; init; }
}

/// <summary>The priority of traffic leaving by one interface.</summary>
public sealed partial record LinuxInterfacePriority
{
    /// <summary>The interface inside the container's network namespace.</summary>
    public required string Name { get; init; }

    /// <summary>The priority.</summary>
    public required uint Priority { get; init; }
}

/// <summary>Limits of one RDMA device.</summary>
public sealed partial record LinuxRdma
{
    /// <summary>The greatest number of handles; unlimited when absent.</summary>
    public uint? HcaHandles { get; init; }

    /// <summary>The greatest number of objects; unlimited when absent.</summary>
    public uint? HcaObjects { get; init; }
}

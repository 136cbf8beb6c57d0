namespace Conex.Engine.Containers;

/// <summary>Limits of a container's cgroup; 0 and null mean none.</summary>
public sealed record ResourceLimits
{
    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes that the container is pushed back to when memory is short.</summary>
    public long MemoryReservation { get; init; }

    /// <summary>Memory and swap together in bytes; -1: swap without limit; 0: twice the memory.</summary>
    public long MemorySwap { get; init; }

    /// <summary>0 to 100.</summary>
    public long? MemorySwappiness { get; init; }

    public bool? OomKillDisable { get; init; }

    /// <summary>Billionths of a CPU.</summary>
    public long NanoCpus { get; init; }

    public long CpuShares { get; init; }

    /// <summary>Microseconds.</summary>
    public long CpuPeriod { get; init; }

    /// <summary>Microseconds of CPU time in each period.</summary>
    public long CpuQuota { get; init; }

    public string CpusetCpus { get; init; } = "";

    public string CpusetMems { get; init; } = "";

    /// <summary>10 to 1000.</summary>
    public int BlkioWeight { get; init; }

    /// <summary>The greatest number of tasks; null, 0 and -1: no limit.</summary>
    public long? PidsLimit { get; init; }
}

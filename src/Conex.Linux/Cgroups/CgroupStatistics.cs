namespace Conex.Linux.Cgroups;

/// <summary>What a cgroup's processes have used. A member is null where the host does not count it.</summary>
public sealed record CgroupStatistics(CpuUsage? Cpu, MemoryUsage? Memory, PidsUsage? Pids, IReadOnlyList<DeviceIo> Io);

/// <summary>CPU time in nanoseconds.</summary>
/// <param name="Total">User and kernel together.</param>
/// <param name="Periods">Quota periods that have passed.</param>
/// <param name="ThrottledPeriods">Those in which the quota ran out.</param>
/// <param name="Throttled">Time spent waiting for a new period.</param>
public sealed record CpuUsage(ulong Total, ulong User, ulong Kernel, ulong Periods, ulong ThrottledPeriods, ulong Throttled);

/// <summary>Memory in bytes.</summary>
/// <param name="Usage">Now, with the page cache.</param>
/// <param name="Peak">The most it ever was; null before Linux 5.19 on version 2.</param>
/// <param name="Limit">Null when unlimited.</param>
/// <param name="Swap">In swap; null where it is not counted.</param>
/// <param name="Failures">How often the limit was met.</param>
/// <param name="Details">memory.stat as the kernel prints it.</param>
public sealed record MemoryUsage(
    ulong Usage,
    ulong? Peak,
    ulong? Limit,
    ulong? Swap,
    ulong Failures,
    IReadOnlyDictionary<string, ulong> Details
)
{
    /// <summary>Page cache that can go at once: what docker takes off the usage.</summary>
    public ulong InactiveFile => Details.GetValueOrDefault("total_inactive_file", Details.GetValueOrDefault("inactive_file"));
}

/// <summary>Tasks.</summary>
/// <param name="Current">Now.</param>
/// <param name="Limit">Null when unlimited.</param>
public sealed record PidsUsage(ulong Current, ulong? Limit);

/// <summary>Block I/O on one device.</summary>
public sealed record DeviceIo(uint Major, uint Minor, ulong ReadBytes, ulong WrittenBytes, ulong Reads, ulong Writes);

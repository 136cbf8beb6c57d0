namespace Conex.Oci.RuntimeSpec;

/// <summary>A scheduling policy with its attributes, sched_setattr(2).</summary>
public sealed partial record Scheduler
{
    /// <summary>The policy: <c>SCHED_OTHER</c>, <c>SCHED_FIFO</c>, <c>SCHED_RR</c>, <c>SCHED_BATCH</c>, <c>SCHED_ISO</c>, <c>SCHED_IDLE</c> or <c>SCHED_DEADLINE</c>.</summary>
    public required string Policy { get; init; }

    /// <summary>The nice value, -20 to 19; for SCHED_OTHER and SCHED_BATCH.</summary>
    public int Nice { get; init; }

    /// <summary>The static priority, 1 to 99; for SCHED_FIFO and SCHED_RR.</summary>
    public int Priority { get; init; }

    /// <summary>Flags such as <c>SCHED_FLAG_RESET_ON_FORK</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Nanoseconds of CPU in each period; for SCHED_DEADLINE, like the two below.</summary>
    public ulong Runtime { get; init; }

    /// <summary>Nanoseconds from the period's start until the runtime must have been given.</summary>
    public ulong Deadline { get; init; }

    /// <summary>The period in nanoseconds; the deadline when 0.</summary>
    public ulong Period { get; init; }
}

/// <summary>An I/O priority, ioprio_set(2).</summary>
public sealed partial record IoPriority
{
    /// <summary><c>IOPRIO_CLASS_RT</c>, <c>IOPRIO_CLASS_BE</c> or <c>IOPRIO_CLASS_IDLE</c>.</summary>
    public required string Class { get; init; }

    /// <summary>The priority within the class, 0 (first) to 7.</summary>
    public int Priority { get; init; }
}

/// <summary>CPU lists (<c>0-3,7</c>) for processes that <c>exec</c> adds.</summary>
public sealed partial record CpuAffinity
{
    /// <summary>The CPUs while the process is moved into the container's cgroup.</summary>
    public string? Initial { get; init; }

    /// <summary>The CPUs afterwards.</summary>
    public string? Final { get; init; }
}

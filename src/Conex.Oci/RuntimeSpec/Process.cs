namespace Conex.Oci.RuntimeSpec;

/// <summary>A process in a container (runtime-spec config.md, "Process"): the container's first one, or one that <c>exec</c> adds.</summary>
public sealed partial record Process
{
    /// <summary>Whether the process gets a new pseudo terminal as its standard streams.</summary>
    public bool Terminal { get; init; }

    /// <summary>The terminal's first size; ignored without <see cref="Terminal"/>.</summary>
    public ConsoleSize? ConsoleSize { get; init; }

    /// <summary>Who the process runs as; root when absent.</summary>
    public User User { get; init; } = new();

    /// <summary>The argument vector; the first is the program. Required before <c>start</c>.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>The environment as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The working directory inside the container, absolute.</summary>
    public required string Cwd { get; init; }

    /// <summary>The capability sets; none when absent.</summary>
    public Capabilities? Capabilities { get; init; }

    /// <summary>Resource limits, at most one of a type.</summary>
    public IReadOnlyList<Rlimit>? Rlimits { get; init; }

    /// <summary>Whether <c>PR_SET_NO_NEW_PRIVS</c> is set, so that set-uid programs and file capabilities give nothing.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>The AppArmor profile's name.</summary>
    public string? ApparmorProfile { get; init; }

    /// <summary>The SELinux label of the process.</summary>
    public string? SelinuxLabel { get; init; }

    /// <summary>Landlock rules; proposed for the specification, not part of it yet.</summary>
    public Landlock? Landlock { get; init; }

    /// <summary>The value for <c>/proc/self/oom_score_adj</c>, -1000 to 1000; inherited when absent.</summary>
    public int? OomScoreAdj { get; init; }

    /// <summary>The scheduling policy, as sched_setattr(2) takes it.</summary>
    public Scheduler? Scheduler { get; init; }

    /// <summary>The I/O priority, as ioprio_set(2) takes it.</summary>
    public IoPriority? IoPriority { get; init; }

    /// <summary>The CPUs a process added by <c>exec</c> runs on before and after it joined the cgroup.</summary>
    public CpuAffinity? ExecCpuAffinity { get; init; }
}

/// <summary>A terminal's size in characters.</summary>
public sealed partial record ConsoleSize
{
    /// <summary>Rows.</summary>
    public required uint Height { get; init; }

    /// <summary>Columns.</summary>
    public required uint Width { get; init; }
}

/// <summary>The user of a process, as numbers of the container's user namespace.</summary>
public sealed partial record User
{
    /// <summary>The user ID.</summary>
    public uint Uid { get; init; }

    /// <summary>The primary group ID.</summary>
    public uint Gid { get; init; }

    /// <summary>The file mode creation mask; inherited when absent.</summary>
    public uint? Umask { get; init; }

    /// <summary>Supplementary group IDs.</summary>
    public IReadOnlyList<uint>? AdditionalGids { get; init; }
}

/// <summary>The five capability sets as names (<c>CAP_CHOWN</c>), capabilities(7).</summary>
public sealed partial record Capabilities
{
    /// <summary>The limit of what the process and its children can ever gain.</summary>
    public IReadOnlyList<string>? Bounding { get; init; }

    /// <summary>What is in force.</summary>
    public IReadOnlyList<string>? Effective { get; init; }

    /// <summary>What survives execve(2) of a file with matching inheritable capabilities.</summary>
    public IReadOnlyList<string>? Inheritable { get; init; }

    /// <summary>What may be made effective.</summary>
    public IReadOnlyList<string>? Permitted { get; init; }

    /// <summary>What survives execve(2) of an ordinary file.</summary>
    public IReadOnlyList<string>? Ambient { get; init; }
}

/// <summary>One resource limit, setrlimit(2).</summary>
public sealed partial record Rlimit
{
    /// <summary>The limit's name, such as <c>RLIMIT_NOFILE</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The limit in force, in the unit of its type; 2^64-1 is unlimited.</summary>
    public required ulong Soft { get; init; }

    /// <summary>The ceiling of the soft limit.</summary>
    public required ulong Hard { get; init; }
}

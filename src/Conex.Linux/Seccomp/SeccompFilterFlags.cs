namespace Conex.Linux.Seccomp;

/// <summary>SECCOMP_FILTER_FLAG_*: how seccomp(2) installs a filter.</summary>
[Flags]
public enum SeccompFilterFlags
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Actions other than ALLOW are written to the audit log.</summary>
    Log = 1 << 1,

    /// <summary>The speculative store bypass mitigation stays off: faster, and no protection between threads of one process.</summary>
    SpecAllow = 1 << 2,

    /// <summary>seccomp(2) returns the descriptor on which calls with the action NOTIFY arrive.</summary>
    NewListener = 1 << 3,

    /// <summary>Once the listener has received a call, only fatal signals interrupt it.</summary>
    WaitKillableReceived = 1 << 5,
}

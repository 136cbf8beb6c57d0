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
}

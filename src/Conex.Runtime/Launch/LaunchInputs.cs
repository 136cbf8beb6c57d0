using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Launch;

/// <summary>What the parent brings to a launch: descriptors, the cgroup, what it writes from outside.</summary>
public sealed record LaunchInputs
{
    /// <summary>Standard input, output and error of the payload, when the plan redirects them.</summary>
    public (FileHandle Input, FileHandle Output, FileHandle Error)? Stdio { get; init; }

    /// <summary>The listening start socket, when the plan waits on it.</summary>
    public FileHandle? Listener { get; init; }

    /// <summary>The cgroup the process joins before it does anything; null: it stays in the starter's.</summary>
    public Cgroup? Cgroup { get; init; }

    /// <summary>The cgroup that systemd makes around the process; null where it is in <see cref="Cgroup"/> from the start.</summary>
    public Cgroup? SystemdCgroup { get; init; }

    /// <summary>The cgroup that the process is in or comes into.</summary>
    internal Cgroup? AnyCgroup => Cgroup ?? SystemdCgroup;

    /// <summary>Whether the process may stand still in a frozen cgroup until somebody thaws it.</summary>
    public bool MayBeFrozen { get; init; }

    /// <summary>The init process that an exec joins.</summary>
    public PidHandle? Init { get; init; }

    /// <summary>The mount namespace in which mounts are added or removed.</summary>
    public FileHandle? MountNamespace { get; init; }

    /// <summary>The mounts to remove, where the plan takes some.</summary>
    public IReadOnlyList<FileHandle> Mounts { get; init; } = [];

    /// <summary>Takes the descriptor of each mount that is added, before it is attached.</summary>
    public Action<FileHandle>? OnMount { get; init; }

    /// <summary>User ID mappings of a new user namespace.</summary>
    public IReadOnlyList<LinuxIdMapping>? UidMappings { get; init; }

    /// <summary>Group ID mappings of a new user namespace.</summary>
    public IReadOnlyList<LinuxIdMapping>? GidMappings { get; init; }

    /// <summary>The value for oom_score_adj, or null.</summary>
    public int? OomScoreAdj { get; init; }

    /// <summary>The starter's part in the hooks; the launched process disposes it. Null without hooks.</summary>
    public LaunchHooks? Hooks { get; init; }

    /// <summary>The connection to the seccomp agent; the caller's to dispose. Null where the filter notifies nobody.</summary>
    public SeccompAgent? Agent { get; init; }

    /// <summary>Called while the process makes its namespaces: makes the cgroups that it waits for.</summary>
    public Action? OnParting { get; init; }

    /// <summary>Called with the process before it does anything: the moment to write it down.</summary>
    public Action<LaunchedProcess>? OnProcess { get; init; }
}

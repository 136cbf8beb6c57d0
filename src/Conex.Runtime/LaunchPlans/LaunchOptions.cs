using Conex.Linux.Processes;
using Conex.Runtime.Rootfs;

namespace Conex.Runtime.LaunchPlans;

/// <summary>What a launch is told beside the configuration.</summary>
public sealed record LaunchOptions
{
    /// <summary>The bundle's directory, absolute.</summary>
    public required string Bundle { get; init; }

    /// <summary>The container's ID.</summary>
    public required string Id { get; init; }

    /// <summary>How the root file system is put together; null: it is the directory that <c>root.path</c> names.</summary>
    public RootfsAssembly? Rootfs { get; init; }

    /// <summary>What the process waits for before it becomes the payload.</summary>
    public StartGate Gate { get; init; }

    /// <summary>Whether the container ends when its starter does.</summary>
    public bool DieWithParent { get; init; }

    /// <summary>Whether the starter hands in descriptors for standard input, output and error; else they are inherited.</summary>
    public bool RedirectStdio { get; init; }

    /// <summary>Which of descriptors 0, 1 and 2 are pipes: they become the payload's user's, so that it can open /dev/stdout.</summary>
    public IReadOnlyList<int> PipeStreams { get; init; } = [];

    /// <summary>Whether the process may set itself up while its starter still writes records and limits, and wait for it only before the pivot.</summary>
    public bool GoesAhead { get; init; }

    /// <summary>Whether the process makes its namespaces itself, while its starter makes the cgroups that it joins then.</summary>
    public bool PartsItself { get; init; }

    /// <summary>The signals that the starter has handlers for: the child has their default actions from its beginning.</summary>
    public IReadOnlyList<Signal> CaughtSignals { get; init; } = [];

    /// <summary>Whether the root is moved instead of pivoted to.</summary>
    public bool NoPivot { get; init; }

    /// <summary>Whether the caller's session keyring stays.</summary>
    public bool NoNewKeyring { get; init; }

    /// <summary>How many descriptors from 3 on the payload inherits.</summary>
    public int PreservedDescriptors { get; init; }

    /// <summary>Where the container's cgroup is shown on the host: name under the container's /sys/fs/cgroup and host directory; for
    /// cgroup v2 one entry with an empty name.</summary>
    public IReadOnlyList<CgroupView> Cgroups { get; init; } = [];

    /// <summary>The <c>tasks</c> files of the version 1 hierarchies that the process moves itself into.</summary>
    public IReadOnlyList<string> TaskFiles { get; init; } = [];

    /// <summary>Whether the payload keeps the supplementary groups of its starter instead of those that the configuration names.</summary>
    public bool KeepGroups { get; init; }

    /// <summary>The longest that the message to a seccomp agent can be, in bytes.</summary>
    public int AgentMessageSize { get; init; } = 4096;

    /// <summary>Where compiled system call filters are kept; null: nowhere.</summary>
    public string? FilterCache { get; init; }

    /// <summary>Whether the process is born in its cgroup by the descriptor that the starter hands in, where that is another than its
    /// starter's child: on hosts with cgroup v2 alone. Elsewhere the child is born there: no limit is in the version 2 tree, and Linux 6.1
    /// answers ENOENT to a process that has joined the container's cgroup namespace.</summary>
    public bool IntoCgroup { get; init; }

    /// <summary>Whether the container has no cgroup of its own and shows its starter's, which somebody other than root may own.</summary>
    public bool SharesCgroup { get; init; }

    /// <summary>Whether the starter is not root.</summary>
    public bool IsOrdinaryUser { get; init; }

    /// <summary>Whether setgroups(2) is denied in the container's user namespace.</summary>
    public bool DeniesSetGroups { get; init; }

    /// <summary>Whether the starter is in a user namespace that the container stays in.</summary>
    public bool InUserNamespace { get; init; }

    /// <summary>Capabilities that this process may give; more in the configuration are left out.</summary>
    public ulong AvailableCapabilities { get; init; } = ulong.MaxValue;

    /// <summary>The newest capability that the kernel knows.</summary>
    public int LastCapability { get; init; } = 40;

    /// <summary>The version of Landlock's interface that the kernel has, 0 without one; only where rules are asked for.</summary>
    public int LandlockAbi { get; init; }
}

/// <summary>One cgroup hierarchy of a container.</summary>
/// <param name="Name">The directory's name under /sys/fs/cgroup, empty for cgroup v2 alone.</param>
/// <param name="HostPath">The container's own cgroup as the host sees it.</param>
public sealed record CgroupView(string Name, string HostPath);

/// <summary>What a launched process waits for before execve(2).</summary>
public enum StartGate
{
    /// <summary>Nothing: it runs at once.</summary>
    None,

    /// <summary>A byte from its starter, which stays.</summary>
    Channel,

    /// <summary>A connection to the container's start socket: the starter may be gone by then.</summary>
    Listener,
}

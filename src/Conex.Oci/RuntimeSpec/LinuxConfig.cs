namespace Conex.Oci.RuntimeSpec;

/// <summary>The <c>linux</c> section (runtime-spec config-linux.md).</summary>
public sealed partial record LinuxConfig
{
    private LinuxSeccomp? seccomp;

    /// <summary>The namespaces the container gets or joins; of types not listed it stays in the runtime's.</summary>
    public IReadOnlyList<LinuxNamespace>? Namespaces { get; init; }

    /// <summary>User IDs of a new user namespace.</summary>
    public IReadOnlyList<LinuxIdMapping>? UidMappings { get; init; }

    /// <summary>Group IDs of a new user namespace.</summary>
    public IReadOnlyList<LinuxIdMapping>? GidMappings { get; init; }

    /// <summary>Offsets of a new time namespace by clock: <c>monotonic</c>, <c>boottime</c>.</summary>
    public IReadOnlyDictionary<string, LinuxTimeOffset>? TimeOffsets { get; init; }

    /// <summary>Device nodes beside the default ones.</summary>
    public IReadOnlyList<LinuxDevice>? Devices { get; init; }

    /// <summary>Network devices moved into the container's network namespace, by their name outside.</summary>
    public IReadOnlyDictionary<string, LinuxNetDevice>? NetDevices { get; init; }

    /// <summary>The cgroup: absolute from the hierarchy's root, relative to the runtime's own, or <c>slice:prefix:name</c> for systemd.</summary>
    public string? CgroupsPath { get; init; }

    /// <summary>Limits of the cgroup.</summary>
    public LinuxResources? Resources { get; init; }

    /// <summary>The propagation of the root mount: <c>shared</c>, <c>slave</c>, <c>private</c>, <c>unbindable</c>, or one with <c>r</c> before it.</summary>
    public string? RootfsPropagation { get; init; }

    /// <summary>The system call filter. Of a configuration that was read, its text is read when this is first asked for: a runtime that kept the
    /// compiled filter has no need of it.</summary>
    /// <exception cref="FormatException">A member of the text is missing or of the wrong kind.</exception>
    public LinuxSeccomp? Seccomp
    {
        get => seccomp ??= ReadSeccomp();
        init
        {
            seccomp = value;
            SeccompText = default;
        }
    }

    /// <summary>The JSON of <see cref="Seccomp"/> as it was read; empty when it was not read from a configuration.</summary>
    public ReadOnlyMemory<byte> SeccompText { get; private init; }

    /// <summary>Whether there is a system call filter.</summary>
    public bool HasSeccomp => seccomp is not null || !SeccompText.IsEmpty;

    /// <summary>Kernel parameters by dotted name.</summary>
    public IReadOnlyDictionary<string, string>? Sysctl { get; init; }

    /// <summary>Paths in the container that are made unreadable; missing ones are skipped.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>Paths in the container that are made read-only; missing ones are skipped.</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    /// <summary>The SELinux context of the container's mounts.</summary>
    public string? MountLabel { get; init; }

    /// <summary>Intel's Resource Director Technology.</summary>
    public LinuxIntelRdt? IntelRdt { get; init; }

    /// <summary>The NUMA memory policy, set_mempolicy(2).</summary>
    public LinuxMemoryPolicy? MemoryPolicy { get; init; }

    /// <summary>The execution domain, personality(2).</summary>
    public LinuxPersonality? Personality { get; init; }
}

/// <summary>Intel's Resource Director Technology, a directory of <c>/sys/fs/resctrl</c>.</summary>
public sealed partial record LinuxIntelRdt
{
    /// <summary>The class of service's name; the container's ID when absent.</summary>
    public string? ClosId { get; init; }

    /// <summary>Lines for the <c>schemata</c> file.</summary>
    public IReadOnlyList<string>? Schemata { get; init; }

    /// <summary>The line for the L3 cache (<c>L3:0=f;1=f0</c>).</summary>
    public string? L3CacheSchema { get; init; }

    /// <summary>The line for memory bandwidth (<c>MB:0=20;1=70</c>).</summary>
    public string? MemBwSchema { get; init; }

    /// <summary>Whether a monitoring group is made for the container.</summary>
    public bool EnableMonitoring { get; init; }
}

/// <summary>A NUMA memory policy, set_mempolicy(2).</summary>
public sealed partial record LinuxMemoryPolicy
{
    /// <summary>The mode, such as <c>MPOL_BIND</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>The nodes as a list (<c>0-1,3</c>).</summary>
    public string? Nodes { get; init; }

    /// <summary>Flags such as <c>MPOL_F_STATIC_NODES</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>An execution domain, personality(2).</summary>
public sealed partial record LinuxPersonality
{
    /// <summary><c>LINUX</c> or <c>LINUX32</c>.</summary>
    public required string Domain { get; init; }

    /// <summary>Flags; the specification defines none yet.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}

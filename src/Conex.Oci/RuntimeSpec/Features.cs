namespace Conex.Oci.RuntimeSpec;

/// <summary>What a runtime can do, printed by its <c>features</c> command (runtime-spec features.md).</summary>
public sealed partial record Features
{
    /// <summary>The oldest version of the specification that is understood.</summary>
    public required string OciVersionMin { get; init; }

    /// <summary>The newest version of the specification that is understood.</summary>
    public required string OciVersionMax { get; init; }

    /// <summary>The kinds of hooks.</summary>
    public IReadOnlyList<string>? Hooks { get; init; }

    /// <summary>The mount options handled by the runtime itself.</summary>
    public IReadOnlyList<string>? MountOptions { get; init; }

    /// <summary>What only Linux has (features-linux.md).</summary>
    public LinuxFeatures? Linux { get; init; }

    /// <summary>Facts about the implementation, by reverse-domain name.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Annotations of a configuration that may change the runtime's behaviour in unsafe ways; a final dot stands for a prefix.</summary>
    public IReadOnlyList<string>? PotentiallyUnsafeConfigAnnotations { get; init; }
}

/// <summary>The <c>linux</c> section of the features document; null means unknown, an empty list none.</summary>
public sealed partial record LinuxFeatures
{
    /// <summary>Namespace types.</summary>
    public IReadOnlyList<string>? Namespaces { get; init; }

    /// <summary>Capability names the runtime knows, whether or not the machine has them.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>cgroup support.</summary>
    public CgroupFeatures? Cgroup { get; init; }

    /// <summary>seccomp support.</summary>
    public SeccompFeatures? Seccomp { get; init; }

    /// <summary>AppArmor support.</summary>
    public EnabledFeature? Apparmor { get; init; }

    /// <summary>SELinux support.</summary>
    public EnabledFeature? Selinux { get; init; }

    /// <summary>Intel RDT support.</summary>
    public IntelRdtFeatures? IntelRdt { get; init; }

    /// <summary>NUMA memory policy support.</summary>
    public MemoryPolicyFeatures? MemoryPolicy { get; init; }

    /// <summary>Mount extensions.</summary>
    public MountExtensionsFeatures? MountExtensions { get; init; }

    /// <summary>Whether network devices can be moved.</summary>
    public EnabledFeature? NetDevices { get; init; }
}

/// <summary>Whether a feature was built in; null means unknown.</summary>
public sealed partial record EnabledFeature
{
    /// <summary>Whether it was built in.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>cgroup support.</summary>
public sealed partial record CgroupFeatures
{
    /// <summary>cgroup v1.</summary>
    public bool? V1 { get; init; }

    /// <summary>cgroup v2.</summary>
    public bool? V2 { get; init; }

    /// <summary>systemd as cgroup manager, for the system.</summary>
    public bool? Systemd { get; init; }

    /// <summary>systemd as cgroup manager, for a user.</summary>
    public bool? SystemdUser { get; init; }

    /// <summary>The rdma controller.</summary>
    public bool? Rdma { get; init; }
}

/// <summary>seccomp support.</summary>
public sealed partial record SeccompFeatures
{
    /// <summary>Whether it was built in.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Actions.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Comparison operators.</summary>
    public IReadOnlyList<string>? Operators { get; init; }

    /// <summary>Architectures.</summary>
    public IReadOnlyList<string>? Archs { get; init; }

    /// <summary>Flags that are understood.</summary>
    public IReadOnlyList<string>? KnownFlags { get; init; }

    /// <summary>Flags that are understood and honoured.</summary>
    public IReadOnlyList<string>? SupportedFlags { get; init; }
}

/// <summary>Intel RDT support.</summary>
public sealed partial record IntelRdtFeatures
{
    /// <summary>Whether it was built in.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Whether <c>schemata</c> is honoured.</summary>
    public bool? Schemata { get; init; }

    /// <summary>Whether <c>enableMonitoring</c> is honoured.</summary>
    public bool? Monitoring { get; init; }
}

/// <summary>NUMA memory policy support.</summary>
public sealed partial record MemoryPolicyFeatures
{
    /// <summary>Modes.</summary>
    public IReadOnlyList<string>? Modes { get; init; }

    /// <summary>Flags.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>Mount extensions.</summary>
public sealed partial record MountExtensionsFeatures
{
    /// <summary>Idmapped mounts.</summary>
    public EnabledFeature? Idmap { get; init; }
}

namespace Conex.Engine.Containers;

/// <summary>What of the host a container gets: mounts, namespaces, limits, privileges. Null and empty mean the engine's default.</summary>
public sealed record HostConfiguration
{
    /// <summary>Whether the container is removed when it ends (<c>--rm</c>).</summary>
    public bool AutoRemove { get; init; }

    /// <summary><c>source:destination[:options]</c> (<c>-v</c>).</summary>
    public IReadOnlyList<string>? Binds { get; init; }

    /// <summary><c>--mount</c>.</summary>
    public IReadOnlyList<MountConfiguration>? Mounts { get; init; }

    /// <summary>Mount point to options (<c>--tmpfs</c>).</summary>
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    /// <summary><c>default</c>, <c>bridge</c>, <c>none</c> or <c>host</c>.</summary>
    public string NetworkMode { get; init; } = "default";

    /// <summary>Container port to host ports (<c>-p</c>).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<HostPort>>? PortBindings { get; init; }

    /// <summary>Whether all exposed ports are published (<c>-P</c>).</summary>
    public bool PublishAllPorts { get; init; }

    /// <summary>What happens when the container ends.</summary>
    public RestartPolicy RestartPolicy { get; init; } = new();

    /// <summary>The log format; empty: the default.</summary>
    public string LogDriver { get; init; } = "";

    /// <summary><c>max-size</c>, <c>max-file</c>.</summary>
    public IReadOnlyDictionary<string, string>? LogOptions { get; init; }

    /// <summary>The terminal's first size.</summary>
    public TerminalSize? ConsoleSize { get; init; }

    /// <summary>Annotations for the runtime specification.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Containers whose volumes are wanted.</summary>
    public IReadOnlyList<string>? VolumesFrom { get; init; }

    public IReadOnlyList<string>? CapAdd { get; init; }

    public IReadOnlyList<string>? CapDrop { get; init; }

    public bool Privileged { get; init; }

    /// <summary><c>no-new-privileges</c>, <c>seccomp=…</c>, <c>apparmor=…</c>.</summary>
    public IReadOnlyList<string>? SecurityOptions { get; init; }

    /// <summary>Null: the default paths; empty: none.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>Null: the default paths; empty: none.</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    public bool ReadonlyRootfs { get; init; }

    /// <summary>Whether the container's first process reaps and forwards signals for the program (<c>--init</c>).</summary>
    public bool Init { get; init; }

    /// <summary><c>private</c> (default) or <c>host</c>, which is refused.</summary>
    public string CgroupNamespaceMode { get; init; } = "";

    /// <summary>Empty, <c>private</c>, <c>shareable</c>, <c>none</c> or <c>host</c>.</summary>
    public string IpcMode { get; init; } = "";

    /// <summary>Empty or <c>host</c>.</summary>
    public string PidMode { get; init; } = "";

    /// <summary>Empty or <c>host</c>.</summary>
    public string UtsMode { get; init; } = "";

    /// <summary>Empty or <c>host</c>.</summary>
    public string UserNamespaceMode { get; init; } = "";

    public IReadOnlyList<string>? Dns { get; init; }

    public IReadOnlyList<string>? DnsOptions { get; init; }

    public IReadOnlyList<string>? DnsSearch { get; init; }

    /// <summary><c>name:address</c>.</summary>
    public IReadOnlyList<string>? ExtraHosts { get; init; }

    /// <summary>Further groups, names or numbers.</summary>
    public IReadOnlyList<string>? GroupAdd { get; init; }

    public IReadOnlyList<string>? Links { get; init; }

    /// <summary>-1000 to 1000.</summary>
    public int OomScoreAdjustment { get; init; }

    /// <summary>Bytes of /dev/shm; 0: 64 MiB.</summary>
    public long ShmSize { get; init; }

    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    public IReadOnlyList<Ulimit>? Ulimits { get; init; }

    public IReadOnlyList<DeviceMapping>? Devices { get; init; }

    /// <summary><c>c 1:3 rwm</c>.</summary>
    public IReadOnlyList<string>? DeviceCgroupRules { get; init; }

    /// <summary>Limits.</summary>
    public ResourceLimits Resources { get; init; } = new();
}

namespace Conex.Engine.Containers;

/// <summary>One <c>--mount</c>.</summary>
public sealed record MountConfiguration
{
    /// <summary><c>bind</c> or <c>tmpfs</c>; <c>volume</c> and <c>image</c> are refused.</summary>
    public string Type { get; init; } = "";

    public string Source { get; init; } = "";

    public string Target { get; init; } = "";

    public bool ReadOnly { get; init; }

    public string? Consistency { get; init; }

    /// <summary><c>private</c>, <c>rprivate</c>, <c>shared</c>, <c>rshared</c>, <c>slave</c>, <c>rslave</c>; empty: rprivate.</summary>
    public string Propagation { get; init; } = "";

    /// <summary>Whether mounts below the source stay away.</summary>
    public bool NonRecursive { get; init; }

    /// <summary>Whether a missing source is created.</summary>
    public bool CreateMountpoint { get; init; }

    /// <summary>Whether mounts below a read-only source stay writable.</summary>
    public bool ReadOnlyNonRecursive { get; init; }

    /// <summary>Bytes of a tmpfs; null: half the memory.</summary>
    public long? TmpfsSize { get; init; }

    /// <summary>Permission bits of a tmpfs; null: 01777.</summary>
    public uint? TmpfsMode { get; init; }
}

/// <summary>A device node of the host that appears in the container.</summary>
/// <param name="Permissions">Any of the letters r, w and m; empty: all.</param>
public sealed record DeviceMapping(string PathOnHost, string PathInContainer, string Permissions);

/// <summary>A resource limit of setrlimit(2) by its short name, as <c>nofile</c>; -1 is no limit.</summary>
public sealed record Ulimit(string Name, long Soft, long Hard);

/// <summary>A port of the host.</summary>
public sealed record HostPort(string Address, string Port);

/// <summary>A terminal's size in characters.</summary>
public sealed record TerminalSize(int Rows, int Columns);

/// <summary>What happens when a container ends.</summary>
/// <param name="Name"><c>no</c> or empty; others are refused.</param>
public sealed record RestartPolicy(string Name = "", int MaximumRetryCount = 0);

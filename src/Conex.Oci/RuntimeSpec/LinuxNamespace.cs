namespace Conex.Oci.RuntimeSpec;

/// <summary>A namespace to create, or to join when it has a path.</summary>
public sealed partial record LinuxNamespace
{
    /// <summary><c>pid</c>, <c>network</c>, <c>mount</c>, <c>ipc</c>, <c>uts</c>, <c>user</c>, <c>cgroup</c> or <c>time</c>.</summary>
    public required string Type { get; init; }

    /// <summary>A file that stands for an existing namespace (<c>/proc/PID/ns/net</c>); absent for a new one.</summary>
    public string? Path { get; init; }
}

/// <summary>A range of IDs, user_namespaces(7).</summary>
public sealed partial record LinuxIdMapping
{
    /// <summary>The first ID inside.</summary>
    public required uint ContainerId { get; init; }

    /// <summary>The first ID outside.</summary>
    public required uint HostId { get; init; }

    /// <summary>How many IDs.</summary>
    public required uint Size { get; init; }
}

/// <summary>A clock's offset, time_namespaces(7).</summary>
public sealed partial record LinuxTimeOffset
{
    /// <summary>Seconds, may be negative.</summary>
    public long Secs { get; init; }

    /// <summary>Nanoseconds added to the seconds.</summary>
    public uint Nanosecs { get; init; }
}

namespace Conex.Oci.RuntimeSpec;

/// <summary>A device node, mknod(2).</summary>
public sealed partial record LinuxDevice
{
    /// <summary>The full path inside the container.</summary>
    public required string Path { get; init; }

    /// <summary><c>c</c> or <c>u</c> (character), <c>b</c> (block) or <c>p</c> (FIFO).</summary>
    public required string Type { get; init; }

    /// <summary>The major number; required unless the type is <c>p</c>.</summary>
    public long Major { get; init; }

    /// <summary>The minor number; required unless the type is <c>p</c>.</summary>
    public long Minor { get; init; }

    /// <summary>Permission bits.</summary>
    public uint? FileMode { get; init; }

    /// <summary>The owner, in the container's user namespace.</summary>
    public uint? Uid { get; init; }

    /// <summary>The group, in the container's user namespace.</summary>
    public uint? Gid { get; init; }
}

/// <summary>What a network device moved into the container becomes.</summary>
public sealed partial record LinuxNetDevice
{
    /// <summary>Its name inside; unchanged when absent.</summary>
    public string? Name { get; init; }
}

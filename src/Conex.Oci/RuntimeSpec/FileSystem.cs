namespace Conex.Oci.RuntimeSpec;

/// <summary>The container's root file system.</summary>
public sealed partial record Root
{
    /// <summary>The directory, absolute or relative to the bundle.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the root file system is mounted read-only.</summary>
    public bool Readonly { get; init; }
}

/// <summary>One mount inside the container.</summary>
public sealed partial record Mount
{
    /// <summary>Where, inside the container; a relative path counts from <c>/</c> (deprecated).</summary>
    public required string Destination { get; init; }

    /// <summary>The file system's type; <c>bind</c> or <c>none</c> for bind mounts, which the options decide.</summary>
    public string? Type { get; init; }

    /// <summary>The device, a name for pseudo file systems, or the path to bind: absolute or relative to the bundle.</summary>
    public string? Source { get; init; }

    /// <summary>The options of mount(8), with recursive forms (<c>rro</c>) and <c>idmap</c>; unknown ones go to the file system.</summary>
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>User ID mappings of an idmapped mount: container side is the file system's, host side the caller's.</summary>
    public IReadOnlyList<LinuxIdMapping>? UidMappings { get; init; }

    /// <summary>Group ID mappings of an idmapped mount.</summary>
    public IReadOnlyList<LinuxIdMapping>? GidMappings { get; init; }
}

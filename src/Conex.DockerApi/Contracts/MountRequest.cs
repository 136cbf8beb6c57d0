namespace Conex.DockerApi.Contracts;

/// <summary>One <c>--mount</c> of a create request.</summary>
public sealed record MountRequest
{
    /// <summary><c>bind</c>, <c>volume</c>, <c>tmpfs</c> or <c>image</c>.</summary>
    public string Type { get; init; } = "";

    public string? Source { get; init; }

    public string Target { get; init; } = "";

    public bool? ReadOnly { get; init; }

    public string? Consistency { get; init; }

    public BindOptions? BindOptions { get; init; }

    public VolumeOptions? VolumeOptions { get; init; }

    public TmpfsOptions? TmpfsOptions { get; init; }

    public ImageOptions? ImageOptions { get; init; }
}

public sealed record BindOptions
{
    /// <summary><c>private</c>, <c>rprivate</c>, <c>shared</c>, <c>rshared</c>, <c>slave</c>, <c>rslave</c>.</summary>
    public string? Propagation { get; init; }

    public bool? NonRecursive { get; init; }

    public bool? CreateMountpoint { get; init; }

    public bool? ReadOnlyNonRecursive { get; init; }

    public bool? ReadOnlyForceRecursive { get; init; }
}

public sealed record VolumeOptions
{
    public bool? NoCopy { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public string? Subpath { get; init; }

    public VolumeDriverConfig? DriverConfig { get; init; }
}

public sealed record VolumeDriverConfig
{
    public string? Name { get; init; }

    public IReadOnlyDictionary<string, string>? Options { get; init; }
}

public sealed record TmpfsOptions
{
    public long? SizeBytes { get; init; }

    /// <summary>Permission bits as a decimal number, as Go prints an <c>os.FileMode</c>.</summary>
    public uint? Mode { get; init; }

    public string[][]? Options { get; init; }
}

public sealed record ImageOptions
{
    public string? Subpath { get; init; }
}

namespace Conex.Oci.ImageSpec;

/// <summary>An image's configuration (image-spec config.md, with docker's additions).</summary>
public sealed partial record ImageConfig
{
    /// <summary>When the image was built.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Who built it.</summary>
    public string? Author { get; init; }

    /// <summary>The processor as GOARCH names it.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The processor's variant.</summary>
    public string? Variant { get; init; }

    /// <summary>The operating system as GOOS names it.</summary>
    public string Os { get; init; } = "";

    /// <summary>The version of the operating system; for Windows.</summary>
    public string? OsVersion { get; init; }

    /// <summary>Features the operating system must have; for Windows.</summary>
    public IReadOnlyList<string>? OsFeatures { get; init; }

    /// <summary>How containers of the image run.</summary>
    public ImageExecution? Config { get; init; }

    /// <summary>The layers.</summary>
    public required RootFs Rootfs { get; init; }

    /// <summary>How the layers came to be, the first first.</summary>
    public IReadOnlyList<HistoryEntry>? History { get; init; }

    /// <summary>The platform the image runs on, normalised.</summary>
    public Platform ToPlatform() => Platform.Create(Os, Architecture, Variant);
}

/// <summary>The layers of an image.</summary>
public sealed partial record RootFs
{
    /// <summary>Always <c>layers</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The digests of the uncompressed layers, the base first.</summary>
    public required IReadOnlyList<Digest> DiffIds { get; init; }
}

/// <summary>One step of an image's making.</summary>
public sealed partial record HistoryEntry
{
    /// <summary>When.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The command.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Who.</summary>
    public string? Author { get; init; }

    /// <summary>A remark, such as the builder's name.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether the step made no layer.</summary>
    public bool EmptyLayer { get; init; }
}

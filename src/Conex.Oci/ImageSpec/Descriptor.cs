namespace Conex.Oci.ImageSpec;

/// <summary>A reference to content by its digest (image-spec descriptor.md).</summary>
public sealed partial record Descriptor
{
    /// <summary>The content's media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>The content's digest.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The content's size in bytes, never negative. Readers stop there.</summary>
    public required long Size { get; init; }

    /// <summary>Further places the content may be fetched from.</summary>
    public IReadOnlyList<string>? Urls { get; init; }

    /// <summary>Free metadata.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The content itself, where it is small; to be checked against size and digest like fetched content.</summary>
    public byte[]? Data { get; init; }

    /// <summary>The platform the image runs on; in an index.</summary>
    public ImagePlatform? Platform { get; init; }

    /// <summary>The type of an artifact that is no image.</summary>
    public string? ArtifactType { get; init; }
}

/// <summary>A platform as an index writes it (image-spec image-index.md); <see cref="ToPlatform"/> normalises it.</summary>
public sealed partial record ImagePlatform
{
    /// <summary>The processor as GOARCH names it.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The operating system as GOOS names it.</summary>
    public string Os { get; init; } = "";

    /// <summary>The version of the operating system; for Windows.</summary>
    public string? OsVersion { get; init; }

    /// <summary>Features the operating system must have; for Windows.</summary>
    public IReadOnlyList<string>? OsFeatures { get; init; }

    /// <summary>The processor's variant.</summary>
    public string? Variant { get; init; }

    /// <summary>The platform's normalised value, to compare with others.</summary>
    public Platform ToPlatform() => Oci.Platform.Create(Os, Architecture, Variant);
}

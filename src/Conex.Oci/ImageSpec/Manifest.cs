namespace Conex.Oci.ImageSpec;

/// <summary>The manifest of one image (image-spec manifest.md; docker's schema 2 has the same members).</summary>
public sealed partial record Manifest
{
    /// <summary>Always 2.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The manifest's own media type.</summary>
    public string? MediaType { get; init; }

    /// <summary>The type of an artifact that is no image.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The image's configuration.</summary>
    public required Descriptor Config { get; init; }

    /// <summary>The layers, the base first.</summary>
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    /// <summary>Another manifest that this one says something about.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Free metadata.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

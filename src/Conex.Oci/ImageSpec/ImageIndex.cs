namespace Conex.Oci.ImageSpec;

/// <summary>A list of manifests, mostly one for each platform (image-spec image-index.md; docker's manifest list has the same members).</summary>
public sealed partial record ImageIndex
{
    /// <summary>Always 2.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The index's own media type.</summary>
    public string? MediaType { get; init; }

    /// <summary>The type of an artifact that is no image.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The manifests, in the order of preference.</summary>
    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    /// <summary>Another manifest that this index says something about.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Free metadata.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>How images are saved.</summary>
public sealed record SaveOptions
{
    /// <summary>The archive's form.</summary>
    public SaveFormat Format { get; init; } = SaveFormat.DockerArchive;

    /// <summary>The platform that each image must be for; null takes images as they are.</summary>
    public Platform? Platform { get; init; }
}

/// <summary>The form of an archive of images.</summary>
public enum SaveFormat
{
    /// <summary>An OCI layout with <c>manifest.json</c> and <c>repositories</c>, which old and new loaders read: what docker 25 and later write.</summary>
    DockerArchive,

    /// <summary>The OCI layout alone (image-spec image-layout.md).</summary>
    OciArchive,

    /// <summary>What skopeo and podman call <c>dir:</c>: one image's manifest as <c>manifest.json</c>, and beside it what it names.</summary>
    Directory,
}

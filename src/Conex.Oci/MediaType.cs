namespace Conex.Oci;

/// <summary>The media types of images, OCI's (image-spec media-types.md) and docker's (manifest schema 2), and what they mean.</summary>
public static class MediaType
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string OciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
    public const string OciForeignLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    public const string OciForeignLayerGzip = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    public const string OciForeignLayerZstd = "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";
    public const string OciEmpty = "application/vnd.oci.empty.v1+json";

    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    public const string DockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";
    public const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar";
    public const string DockerForeignLayerGzip = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

    /// <summary>docker's first manifest format, which is no longer read; named for the error's sake.</summary>
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";

    /// <inheritdoc cref="DockerSchema1"/>
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    /// <summary>What content of a type is. Parameters (<c>; charset=utf-8</c>) do not matter.</summary>
    public static MediaKind KindOf(string? mediaType) =>
        WithoutParameters(mediaType) switch
        {
            OciManifest or DockerManifest => MediaKind.Manifest,
            OciIndex or DockerManifestList => MediaKind.Index,
            OciConfig or DockerConfig => MediaKind.ImageConfig,
            OciLayer or OciLayerGzip or OciLayerZstd or DockerLayer or DockerLayerGzip or DockerLayerZstd => MediaKind.Layer,
            OciForeignLayer or OciForeignLayerGzip or OciForeignLayerZstd or DockerForeignLayer or DockerForeignLayerGzip =>
                MediaKind.ForeignLayer,
            DockerSchema1 or DockerSchema1Signed => MediaKind.Schema1Manifest,
            _ => MediaKind.Other,
        };

    /// <summary>How a layer's tar is compressed; null for types that are no layer.</summary>
    public static LayerCompression? CompressionOf(string? mediaType) =>
        WithoutParameters(mediaType) switch
        {
            OciLayer or OciForeignLayer or DockerLayer or DockerForeignLayer => LayerCompression.None,
            OciLayerGzip or OciForeignLayerGzip or DockerLayerGzip or DockerForeignLayerGzip => LayerCompression.Gzip,
            OciLayerZstd or OciForeignLayerZstd or DockerLayerZstd => LayerCompression.Zstd,
            _ => null,
        };

    /// <summary>A Content-Type without its parameters: <c>application/json; charset=utf-8</c> is <c>application/json</c>.</summary>
    public static string WithoutParameters(string? mediaType)
    {
        string text = mediaType ?? "";
        int end = text.IndexOf(';', StringComparison.Ordinal);
        return end < 0 ? text : text[..end].TrimEnd();
    }
}

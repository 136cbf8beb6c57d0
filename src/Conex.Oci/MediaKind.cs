namespace Conex.Oci;

/// <summary>What content of an image is, whichever specification named its type.</summary>
public enum MediaKind
{
    /// <summary>Nothing that makes up an image.</summary>
    Other,

    /// <summary>The manifest of one image.</summary>
    Manifest,

    /// <summary>A list of manifests by platform.</summary>
    Index,

    /// <summary>An image's configuration.</summary>
    ImageConfig,

    /// <summary>A layer.</summary>
    Layer,

    /// <summary>A layer that registries do not hold; its descriptor's URLs do.</summary>
    ForeignLayer,

    /// <summary>A manifest of docker's first format, which is not supported.</summary>
    Schema1Manifest,
}

/// <summary>How a layer's tar is compressed.</summary>
public enum LayerCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 8878.</summary>
    Zstd,
}

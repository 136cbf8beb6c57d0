using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images;

/// <summary>An image of the store as it is at one moment; tags may change later, everything else never does.</summary>
public sealed record StoredImage
{
    /// <summary>The image ID: the digest of the configuration's bytes.</summary>
    public required Digest Id { get; init; }

    /// <summary>The digest of the manifest, which is kept as a blob.</summary>
    public required Digest Manifest { get; init; }

    /// <summary>What the image says of itself: entry point, environment, user, history.</summary>
    public required ImageConfig Config { get; init; }

    /// <summary>The layers, the lowest first.</summary>
    public required IReadOnlyList<StoredLayer> Layers { get; init; }

    /// <summary>For each layer one of this store that lies above it in containers, and is no part of the image; mostly none.</summary>
    internal IReadOnlyList<Digest?> Supplements { get; init; } = [];

    /// <summary>Names that point here, in their familiar order (sorted); empty for a dangling image.</summary>
    public required IReadOnlyList<ImageReference> Tags { get; init; }

    /// <summary>Names with digests under which registries have it, as far as this store took part in it.</summary>
    public IReadOnlyList<ImageReference> Digests { get; init; } = [];

    /// <summary>When the image came to this store.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Bytes of all files of all layers, as docker counts.</summary>
    public long Size => Layers.Sum(layer => layer.ContentSize);

    /// <summary>The diff IDs, the lowest layer first.</summary>
    public IEnumerable<Digest> DiffIds => Layers.Select(layer => layer.DiffId);
}

/// <summary>One layer of an image.</summary>
/// <param name="DiffId">The digest of the uncompressed tar.</param>
/// <param name="TarSize">Bytes of the uncompressed tar.</param>
/// <param name="ContentSize">Bytes of the files in it.</param>
public sealed record StoredLayer(Digest DiffId, long TarSize, long ContentSize);

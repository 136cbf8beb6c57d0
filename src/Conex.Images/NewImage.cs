using Conex.Oci;

namespace Conex.Images;

/// <summary>An image whose layers are in the store and which is about to be registered.</summary>
internal sealed record NewImage(byte[] Config, byte[] Manifest, IReadOnlyList<StoredLayer> Layers, IReadOnlyList<ImageReference> References)
{
    /// <summary>Names with digests under which a registry has it: <c>registry.example/app@sha256:…</c>.</summary>
    internal IReadOnlyList<ImageReference> Digests { get; init; } = [];

    /// <inheritdoc cref="StoredImage.Supplements"/>
    internal IReadOnlyList<Digest?> Supplements { get; init; } = [];
}

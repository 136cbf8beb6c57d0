using Conex.Oci;

namespace Conex.Images;

/// <summary>An image whose layers are in the store and which is about to be registered.</summary>
internal sealed record NewImage(
    byte[] Config,
    byte[] Manifest,
    IReadOnlyList<StoredLayer> Layers,
    IReadOnlyList<ImageReference> References
);

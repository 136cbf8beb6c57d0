using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>An image has a layer that was unpacked before tars were kept: its exact bytes are gone.</summary>
public sealed class LayerTarMissingException(Digest image, Digest layer)
    : Exception(
        $"save image {image.Short}: its layer {layer.Short} is there only as unpacked files; remove the image and load or pull it again to have its tar"
    );

using System.Security.Cryptography;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>A manifest for images that came without one: its layers are the uncompressed tars.</summary>
internal static class PlainManifest
{
    internal static byte[] For(byte[] config, IReadOnlyList<StoredLayer> layers) =>
        new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaType.OciManifest,
            Config = new Descriptor
            {
                MediaType = MediaType.OciConfig,
                Digest = Digest.FromSha256(SHA256.HashData(config)),
                Size = config.Length,
            },
            Layers =
            [
                .. layers.Select(layer => new Descriptor
                {
                    MediaType = MediaType.OciLayer,
                    Digest = layer.DiffId,
                    Size = layer.TarSize,
                }),
            ],
        }.ToUtf8Json();
}

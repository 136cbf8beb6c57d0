using System.Security.Cryptography;
using Conex.Images.Content;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>An image on its way into an archive.</summary>
/// <param name="Manifest">The manifest's entry in an index.</param>
/// <param name="Document">The manifest's bytes.</param>
/// <param name="Blobs">The layers as the manifest names them, the lowest first.</param>
/// <param name="References">The names under which it was asked for.</param>
internal sealed record SavedImage(
    StoredImage Image,
    Descriptor Manifest,
    byte[] Document,
    IReadOnlyList<SavedLayer> Blobs,
    List<ImageReference> References
)
{
    /// <summary>With its layers as plain tars, which every loader reads.</summary>
    internal static SavedImage Plain(ImageStore store, StoredImage image, List<ImageReference> references)
    {
        byte[] manifest = PlainManifest.For(store.Content.Read(image.Id), image.Layers);
        return new SavedImage(
            image,
            Descriptor(MediaType.OciManifest, manifest),
            manifest,
            [.. image.Layers.Select(layer => new SavedLayer(layer.DiffId, layer.TarSize, layer.DiffId))],
            references
        );
    }

    /// <summary>With the manifest and the layers byte for byte as they came; null when not all of them are here.</summary>
    internal static SavedImage? TryAsItCame(ImageStore store, StoredImage image, List<ImageReference> references)
    {
        byte[] bytes = store.Content.Read(image.Manifest);
        Manifest manifest = Conex.Oci.ImageSpec.Manifest.Parse(bytes);
        var blobs = new List<SavedLayer>();
        for (int i = 0; i < image.Layers.Count; i++)
        {
            Digest named = manifest.Layers[i].Digest;
            if (named != image.Layers[i].DiffId && !store.Content.Contains(named))
            {
                return null;
            }
            blobs.Add(new SavedLayer(named, manifest.Layers[i].Size, image.Layers[i].DiffId));
        }
        return new SavedImage(image, Descriptor(manifest.MediaType ?? MediaType.OciManifest, bytes), bytes, blobs, references);
    }

    private static Descriptor Descriptor(string mediaType, byte[] manifest) =>
        new()
        {
            MediaType = mediaType,
            Digest = Digest.FromSha256(SHA256.HashData(manifest)),
            Size = manifest.Length,
        };
}

/// <summary>A layer on its way into an archive.</summary>
/// <param name="Digest">Its name there: of the plain tar, or of a compressed form that came with the image.</param>
/// <param name="Size">Bytes.</param>
internal readonly record struct SavedLayer(Digest Digest, long Size, Digest DiffId)
{
    /// <exception cref="LayerTarMissingException">The tar is not here.</exception>
    /// <exception cref="BlobException">The blob is not here any more.</exception>
    internal Stream Open(ImageStore store, Digest image) =>
        Digest != DiffId ? store.Content.Open(Digest) : store.OpenTar(DiffId) ?? throw new LayerTarMissingException(image, DiffId);
}

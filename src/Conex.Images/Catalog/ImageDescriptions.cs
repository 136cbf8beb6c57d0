using Conex.Images.Content;
using Conex.Linux.Errors;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Catalog;

/// <summary>Makes of a record what others see of an image. Configurations never change and are read once.</summary>
internal sealed class ImageDescriptions(ImageCatalog catalog, ContentStore content)
{
    private readonly Dictionary<Digest, ImageConfig> configs = [];

    /// <exception cref="BlobException">The configuration is damaged on the disk.</exception>
    internal StoredImage Describe(ImageRecord record)
    {
        var id = Digest.Parse(record.Id);
        if (!configs.TryGetValue(id, out ImageConfig? config))
        {
            config = ImageConfig.Parse(content.Read(id));
            configs[id] = config;
        }
        return new StoredImage
        {
            Id = id,
            Manifest = Digest.Parse(record.Manifest),
            Config = config,
            Layers = [.. record.Layers.Select(layer => new StoredLayer(Digest.Parse(layer.DiffId), layer.TarSize, layer.ContentSize))],
            Supplements = [.. record.Layers.Select(layer => layer.Supplement is { } supplement ? Digest.Parse(supplement) : (Digest?)null)],
            Tags = catalog.TagsOf(id),
            Digests = [.. (record.Digests ?? []).Select(ImageReference.Parse)],
            RegisteredAt = record.RegisteredAt,
        };
    }

    /// <summary>Null for an image whose configuration is damaged.</summary>
    internal StoredImage? TryDescribe(ImageRecord record)
    {
        try
        {
            return Describe(record);
        }
        catch (Exception e) when (e is BlobException or KernelException or FormatException)
        {
            return null;
        }
    }

    internal void Forget(Digest id) => configs.Remove(id);
}

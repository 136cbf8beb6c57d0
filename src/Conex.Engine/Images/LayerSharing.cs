using Conex.Images;
using Conex.Oci;

namespace Conex.Engine.Images;

/// <summary>Which layers several images have.</summary>
public sealed class LayerSharing
{
    private readonly Dictionary<Digest, int> users = [];
    private readonly Dictionary<Digest, long> sizes = [];

    /// <param name="images">All of them.</param>
    public LayerSharing(IReadOnlyList<StoredImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        foreach (StoredLayer layer in images.SelectMany(image => image.Layers.DistinctBy(layer => layer.DiffId)))
        {
            users[layer.DiffId] = users.GetValueOrDefault(layer.DiffId) + 1;
            sizes[layer.DiffId] = layer.ContentSize;
        }
    }

    /// <summary>Bytes of the files of all layers, a shared one once.</summary>
    public long Total => sizes.Values.Sum();

    /// <summary>Bytes of an image's layers that another image has too.</summary>
    public long SharedSize(StoredImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image
            .Layers.DistinctBy(layer => layer.DiffId)
            .Where(layer => users.GetValueOrDefault(layer.DiffId) > 1)
            .Sum(layer => layer.ContentSize);
    }
}

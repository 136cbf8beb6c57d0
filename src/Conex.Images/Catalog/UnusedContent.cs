using Conex.Images.Content;
using Conex.Images.Layers;
using Conex.Oci;

namespace Conex.Images.Catalog;

/// <summary>Removes what no image names. While a record cannot be read nothing is removed: it may be what names it.</summary>
internal sealed class UnusedContent(
    ImageCatalog catalog,
    ContentStore content,
    LayerStore layers,
    LayerBlobs blobsOfLayers,
    ContentLeases leases
)
{
    internal static IEnumerable<Digest> DiffIds(ImageRecord record) => record.Layers.Select(layer => Digest.Parse(layer.DiffId));

    internal void DeleteBlobs(IEnumerable<Digest> blobs)
    {
        HashSet<string> used = [.. catalog.Records.SelectMany(record => (string[])[record.Id, record.Manifest])];
        foreach (
            Digest blob in blobs.Where(blob =>
                catalog.IsComplete && !used.Contains(blob.ToString()) && !blobsOfLayers.Uses(blob.ToString())
            )
        )
        {
            content.Delete(blob);
        }
    }

    /// <returns>What <see cref="LayerStore.DeleteDetached"/> has to delete.</returns>
    internal List<string> DetachLayers(IEnumerable<Digest> diffIds)
    {
        HashSet<Digest> used = [.. catalog.Records.SelectMany(DiffIds)];
        Digest[] unused = [.. diffIds.Where(layer => catalog.IsComplete && !used.Contains(layer) && !leases.Holds(layer))];
        List<string> detached = [.. unused.Select(layers.Detach).OfType<string>()];
        Array.ForEach(unused, blobsOfLayers.Remove);
        return detached;
    }

    /// <summary>Removes everything that is unused, at start.</summary>
    internal void Sweep()
    {
        DetachLayers(layers.List().Union(blobsOfLayers.List())).ForEach(layers.DeleteDetached);
        DeleteBlobs(content.List());
    }
}

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

    /// <summary>The layers, and what supplements them.</summary>
    internal static IEnumerable<Digest> Needs(ImageRecord record) =>
        record
            .Layers.SelectMany(layer => layer.Supplement is { } supplement ? (string[])[layer.DiffId, supplement] : [layer.DiffId])
            .Select(Digest.Parse);

    /// <summary>Those that no image names, by its record or as a form of a layer.</summary>
    internal IReadOnlyList<Digest> Blobs(IEnumerable<Digest> blobs)
    {
        HashSet<string> used = [.. catalog.Records.SelectMany(record => (string[])[record.Id, record.Manifest])];
        return catalog.IsComplete ? [.. blobs.Where(blob => !used.Contains(blob.ToString()) && !blobsOfLayers.Uses(blob.ToString()))] : [];
    }

    internal void DeleteBlobs(IEnumerable<Digest> blobs)
    {
        foreach (Digest blob in Blobs(blobs))
        {
            content.Delete(blob);
        }
    }

    /// <summary>Those that no image has, and that nobody counts on.</summary>
    internal IReadOnlyList<Digest> Layers(IEnumerable<Digest> diffIds)
    {
        HashSet<Digest> used = [.. catalog.Records.SelectMany(Needs)];
        return catalog.IsComplete ? [.. diffIds.Where(layer => !used.Contains(layer) && !leases.Holds(layer))] : [];
    }

    internal void RemoveLayers(IEnumerable<Digest> diffIds)
    {
        foreach (Digest layer in Layers(diffIds))
        {
            layers.Remove(layer);
            blobsOfLayers.Remove(layer);
        }
    }

    /// <summary>Removes everything that is unused, at start.</summary>
    internal void Sweep()
    {
        RemoveLayers(layers.List().Union(blobsOfLayers.List()));
        DeleteBlobs(content.List());
    }
}

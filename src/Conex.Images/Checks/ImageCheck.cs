using Conex.Images.Catalog;
using Conex.Images.Content;
using Conex.Linux.Errors;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Checks;

/// <summary>Images: configuration, manifest and layers of each must be there and fit. One that cannot be made whole is dropped, unless a container
/// uses it.</summary>
internal sealed class ImageCheck(
    ImageStore store,
    CheckOptions options,
    Func<Digest, IReadOnlyList<ImageUser>> users,
    List<StoreFinding> findings
)
{
    /// <returns>How many are sound.</returns>
    internal int Run(HashSet<Digest> damagedLayers, HashSet<Digest> damagedBlobs)
    {
        int sound = 0;
        foreach (ImageRecord record in store.Exclusively((catalog, _) => (ImageRecord[])[.. catalog.Records]))
        {
            sound += store.Exclusively(
                (catalog, _) =>
                {
                    var id = Digest.Parse(record.Id);
                    if (catalog.Find(id) is not { } current)
                    {
                        return 0;
                    }
                    if (Problem(current, damagedLayers, damagedBlobs) is { } problem)
                    {
                        Handle(catalog, id, problem);
                        return 0;
                    }
                    return 1;
                }
            );
        }
        return sound;
    }

    private string? Problem(ImageRecord record, HashSet<Digest> damagedLayers, HashSet<Digest> damagedBlobs)
    {
        foreach (string document in (string[])[record.Id, record.Manifest])
        {
            var digest = Digest.Parse(document);
            string name = document == record.Id ? "configuration" : "manifest";
            if (damagedBlobs.Contains(digest) || !store.Content.Contains(digest))
            {
                return $"its {name} is {(store.Content.Contains(digest) ? "damaged" : "missing")}";
            }
        }
        foreach (Digest layer in UnusedContent.Needs(record))
        {
            if (damagedLayers.Contains(layer) || !store.Layers.Contains(layer))
            {
                return $"its layer {layer} is {(store.Layers.Contains(layer) ? "damaged" : "missing")}";
            }
        }
        try
        {
            ImageConfig config = ImageConfig.Parse(store.Content.Read(Digest.Parse(record.Id)));
            Manifest.Parse(store.Content.Read(Digest.Parse(record.Manifest)));
            return config.Rootfs.DiffIds.Select(layer => layer.ToString()).SequenceEqual(record.Layers.Select(layer => layer.DiffId))
                ? null
                : "its record has other layers than its configuration";
        }
        catch (Exception e) when (e is FormatException or BlobException or KernelException)
        {
            return e.Message;
        }
    }

    private void Handle(ImageCatalog catalog, Digest id, string problem)
    {
        IReadOnlyList<ImageReference> tags = catalog.TagsOf(id);
        string name = tags.Count > 0 ? string.Join(", ", tags.Select(tag => tag.Familiar)) : id.ToString();
        IReadOnlyList<ImageUser> containers = users(id);
        bool drops = options.Repair && containers.Count == 0;
        string again = tags.Count > 0 ? "pull or load it again" : "its source may have it still";
        string help =
            drops ? $"the image is removed: {again}"
            : containers.Count > 0
                ? $"container {containers[0].ContainerId[..Math.Min(12, containers[0].ContainerId.Length)]} uses it, so it stays: {again}"
            : $"\"conex system check --repair\" removes the image, then {again}";
        findings.Add(new StoreFinding($"image {name} is not whole: {problem}", help, drops));
        if (!drops)
        {
            return;
        }
        catalog.Put(catalog.Find(id)! with { IsRemoved = true });
        foreach (ImageReference tag in tags)
        {
            catalog.Untag(tag);
        }
        store.Delete(id);
    }
}

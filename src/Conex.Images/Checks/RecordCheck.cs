using Conex.Images.Archives;
using Conex.Images.Catalog;
using Conex.Images.Content;
using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Checks;

/// <summary>Records of images and names that cannot be read. An image's is written again from its configuration, whose digest is the file's name.</summary>
internal static class RecordCheck
{
    internal static void Run(
        ImageStore store,
        CheckOptions options,
        Func<Digest, IReadOnlyList<ImageUser>> users,
        List<StoreFinding> findings
    ) =>
        store.Exclusively(
            (catalog, _) =>
            {
                foreach (string file in catalog.Unreadable.ToArray())
                {
                    findings.Add(Check(store, catalog, options, users, file));
                }
                return true;
            }
        );

    private static StoreFinding Check(
        ImageStore store,
        ImageCatalog catalog,
        CheckOptions options,
        Func<Digest, IReadOnlyList<ImageUser>> users,
        string file
    )
    {
        string problem = $"the record {file} cannot be read, and while it cannot nothing unused is removed";
        if (!options.Repair)
        {
            return new StoreFinding(problem, "\"conex system check --repair\" writes it again, or removes it", IsRepaired: false);
        }
        bool isImage = Digest.TryParse($"{Digest.Sha256}:{Path.GetFileNameWithoutExtension(file)}", out Digest id) && !catalog.IsTag(file);
        using var supplements = new LayerSupplements(store);
        if (isImage && Restore(store, id, supplements) is { } record)
        {
            catalog.Put(record);
            catalog.Load();
            return new StoreFinding(problem, "it is written again from the image's configuration", IsRepaired: true);
        }
        if (isImage && users(id) is [var user, ..])
        {
            return new StoreFinding(
                problem,
                $"container {user.ContainerId} uses the image, so it stays: pull or load the image again",
                false
            );
        }
        catalog.Forget(file);
        return new StoreFinding(
            problem,
            isImage ? $"the image {id} is removed: pull or load it again" : "the name is removed: tag the image again",
            true
        );
    }

    /// <summary>The record of an image by its configuration; null when something of the image is missing.</summary>
    private static ImageRecord? Restore(ImageStore store, Digest id, LayerSupplements supplements)
    {
        try
        {
            byte[] bytes = store.Content.Read(id);
            StoredLayer?[] layers = [.. ImageConfig.Parse(bytes).Rootfs.DiffIds.Select(store.Layers.Find)];
            if (layers.Contains(null))
            {
                return null;
            }
            Digest manifest =
                store.Content.List().Cast<Digest?>().FirstOrDefault(blob => IsManifestOf(store, blob!.Value, id))
                ?? store.Content.Write(PlainManifest.For(bytes, layers!));
            IReadOnlyList<Digest?> above = supplements.For(layers!);
            return new ImageRecord
            {
                Id = id.ToString(),
                Manifest = manifest.ToString(),
                Layers = [.. layers.Select((layer, i) => LayerRecord.From(layer!) with { Supplement = above[i]?.ToString() })],
                RegisteredAt = store.Now,
            };
        }
        catch (Exception e) when (e is BlobException or FormatException or KernelException or LayerException)
        {
            return null;
        }
    }

    private static bool IsManifestOf(ImageStore store, Digest blob, Digest id)
    {
        try
        {
            using Stream content = store.Content.Open(blob);
            return content.Length <= ContentStore.LargestDocument && Manifest.Parse(store.Content.Read(blob)).Config.Digest == id;
        }
        catch (Exception e) when (e is BlobException or FormatException or KernelException)
        {
            return false;
        }
    }
}

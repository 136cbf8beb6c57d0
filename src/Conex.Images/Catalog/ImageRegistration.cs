using Conex.Images.Archives;
using Conex.Images.Content;
using Conex.Oci;

namespace Conex.Images.Catalog;

/// <summary>Makes an image visible whose layers are in the store. Not safe for concurrent calls.</summary>
internal sealed class ImageRegistration(ImageCatalog catalog, ContentStore content, ImageDescriptions descriptions, UnusedContent unused)
{
    internal LoadedImage Register(NewImage image, DateTimeOffset now)
    {
        Digest id = content.Write(image.Config);
        Digest manifest = content.Write(image.Manifest);
        ReplacedTag[] replaced =
        [
            .. image
                .References.Select(reference => (Reference: reference, Former: catalog.Find(reference)))
                .Where(pair => pair.Former is not null && pair.Former != id)
                .Select(pair => new ReplacedTag(pair.Reference, pair.Former!.Value)),
        ];
        ImageRecord record = catalog.Find(id) is { IsRemoved: false } present
            ? present
            : new ImageRecord
            {
                Id = id.ToString(),
                Manifest = manifest.ToString(),
                Layers =
                [
                    .. image.Layers.Select((layer, i) => LayerRecord.From(layer) with { Supplement = image.Supplements[i]?.ToString() }),
                ],
                RegisteredAt = now,
            };
        string[] digests = [.. (record.Digests ?? []).Union(image.Digests.Select(name => name.ToString()), StringComparer.Ordinal)];
        catalog.PutWithTags(record with { Digests = digests.Length > 0 ? digests : null }, image.References, now);
        unused.DeleteBlobs([manifest]);
        return new LoadedImage(descriptions.Describe(catalog.Find(id)!), image.References, replaced);
    }
}

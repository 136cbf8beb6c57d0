using System.Text.Json;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>The documents of an archive that say which images are in it.</summary>
internal static class SavedIndex
{
    /// <summary>index.json: an entry for each name, and one for an image without names.</summary>
    internal static byte[] Layout(IReadOnlyList<SavedImage> images) =>
        new ImageIndex
        {
            SchemaVersion = 2,
            MediaType = MediaType.OciIndex,
            Manifests =
            [
                .. images.SelectMany(one =>
                    one.References.Count == 0
                        ? [one.Manifest]
                        : one.References.Select(reference => one.Manifest with { Annotations = Annotations(reference) })
                ),
            ],
        }.ToUtf8Json();

    /// <summary>manifest.json, which docker's loaders read.</summary>
    internal static byte[] Manifest(IReadOnlyList<SavedImage> images, string folder) =>
        DockerArchiveImage.ToUtf8Json([
            .. images.Select(one => new DockerArchiveImage
            {
                Config = folder + one.Image.Id.Hex,
                RepoTags = one.References.Count == 0 ? null : [.. one.References.Select(reference => reference.Familiar)],
                Layers = [.. one.Image.DiffIds.Select(layer => folder + layer.Hex)],
                LayerSources = one
                    .Image.Layers.DistinctBy(layer => layer.DiffId)
                    .ToDictionary(
                        layer => layer.DiffId.ToString(),
                        layer => new Descriptor
                        {
                            MediaType = MediaType.OciLayer,
                            Digest = layer.DiffId,
                            Size = layer.TarSize,
                        },
                        StringComparer.Ordinal
                    ),
            }),
        ]);

    /// <summary>repositories, which loaders older than manifest.json read: name, tag, top-most layer.</summary>
    internal static byte[] Repositories(IReadOnlyList<SavedImage> images)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            foreach (
                var repository in images
                    .Where(one => one.Image.Layers.Count > 0)
                    .SelectMany(one => one.References.Select(reference => (Reference: reference, Top: one.Image.Layers[^1].DiffId)))
                    .GroupBy(pair => pair.Reference.FamiliarName, StringComparer.Ordinal)
                    .OrderBy(group => group.Key, StringComparer.Ordinal)
            )
            {
                json.WriteStartObject(repository.Key);
                foreach ((ImageReference reference, Digest top) in repository.OrderBy(pair => pair.Reference.Tag, StringComparer.Ordinal))
                {
                    json.WriteString(reference.Tag!, top.Hex);
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return memory.ToArray();
    }

    private static Dictionary<string, string> Annotations(ImageReference reference) =>
        new(StringComparer.Ordinal)
        {
            ["io.containerd.image.name"] = reference.ToString(),
            ["org.opencontainers.image.ref.name"] = reference.Tag!,
        };
}

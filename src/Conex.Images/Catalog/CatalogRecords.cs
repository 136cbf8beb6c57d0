using System.Text.Json.Serialization;

namespace Conex.Images.Catalog;

/// <summary>DATA/images/&lt;image ID&gt;.json: an image is in the store if and only if this file is.</summary>
internal sealed record ImageRecord
{
    public required string Id { get; init; }

    public required string Manifest { get; init; }

    public required LayerRecord[] Layers { get; init; }

    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Names with digests under which registries have the image: <c>registry.example/app@sha256:…</c>. Null, as none, in a record that
    /// does not know them.</summary>
    public string[]? Digests { get; init; }

    /// <summary>Removed by the user while containers needed the layers: hidden, and deleted with the last of them.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>Names that the image is just being given: what is cut off there the next start finishes. Null, as none, in a record that does not
    /// know them.</summary>
    public string[]? PendingTags { get; init; }
}

/// <summary>A layer in an image's record, and DATA/layers/sha256/&lt;diff ID&gt;/layer.json, which alone knows of an index.</summary>
internal sealed record LayerRecord
{
    public required string DiffId { get; init; }

    public required long TarSize { get; init; }

    public required long ContentSize { get; init; }

    /// <summary>Null when the layer has no index.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LayerIndexRecord? Index { get; init; }

    /// <summary>In layer.json: hard links to files of whatever layers are below. Null, as none, in most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Layers.LowerLink[]? Links { get; init; }

    /// <summary>In layer.json: whether the tar has entries in directories that it has no entry for, or none before: lower layers may say what they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasMadeParents { get; init; }

    /// <summary>In an image's record: the diff ID of a layer of this store that has the files which those links mean here, and those directories. It
    /// lies above this one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Supplement { get; init; }

    internal static LayerRecord From(StoredLayer layer) =>
        new()
        {
            DiffId = layer.DiffId.ToString(),
            TarSize = layer.TarSize,
            ContentSize = layer.ContentSize,
        };
}

/// <summary>What layer.erofs is.</summary>
internal sealed record LayerIndexRecord
{
    /// <summary>The <see cref="Layers.LayerIndex.FormatVersion"/> of its writer.</summary>
    public required int Version { get; init; }

    /// <summary>Its <see cref="Layers.LayerIndex.Checksum"/>.</summary>
    public required string Checksum { get; init; }
}

/// <summary>DATA/images/tags/&lt;SHA-256 of the reference&gt;.json: a name and the image it points to. References may be longer than a
/// file name and hold slashes; their hash does not.</summary>
internal sealed record TagRecord
{
    public required string Reference { get; init; }

    public required string Image { get; init; }

    public required DateTimeOffset TaggedAt { get; init; }
}

/// <summary>How the records are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(LayerRecord))]
[JsonSerializable(typeof(TagRecord))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class CatalogJson : JsonSerializerContext;

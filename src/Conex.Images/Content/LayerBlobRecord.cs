using System.Text.Json.Serialization;

namespace Conex.Images.Content;

/// <summary>DATA/content/layers/&lt;diff ID&gt;.json: the compressed forms in which a layer was seen, each verified here.</summary>
internal sealed record LayerBlobRecord
{
    public required string DiffId { get; init; }

    public required LayerBlob[] Blobs { get; init; }
}

/// <summary>One form of a layer.</summary>
internal sealed record LayerBlob
{
    public required string Digest { get; init; }

    public required long Size { get; init; }

    public required string MediaType { get; init; }

    /// <summary>Repositories that have it: <c>registry.example/team/app</c>.</summary>
    public string[] Sources { get; init; } = [];
}

/// <summary>How the records are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(LayerBlobRecord))]
internal sealed partial class LayerBlobJson : JsonSerializerContext;

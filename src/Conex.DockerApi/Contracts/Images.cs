using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>One row of <c>GET /images/json</c>.</summary>
public sealed record ImageSummary
{
    public string Id { get; init; } = "";

    public string ParentId { get; init; } = "";

    public string[] RepoTags { get; init; } = [];

    public string[] RepoDigests { get; init; } = [];

    /// <summary>Seconds since 1970.</summary>
    public long Created { get; init; }

    /// <summary>Bytes of all layers.</summary>
    public long Size { get; init; }

    public long SharedSize { get; init; } = -1;

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Containers that use the image; -1 means not counted.</summary>
    public long Containers { get; init; } = -1;

    /// <summary>The layers, the lowest first; only Conex tells them, and only when asked to.</summary>
    public ImageLayerSummary[]? Layers { get; init; }
}

/// <summary>A layer of an image in a list.</summary>
public sealed record ImageLayerSummary
{
    public string DiffId { get; init; } = "";

    /// <summary>Bytes of the files in it.</summary>
    public long Size { get; init; }
}

/// <summary>The answer of <c>GET /images/{name}/json</c>.</summary>
public sealed record ImageInspect
{
    public string Id { get; init; } = "";

    public string[] RepoTags { get; init; } = [];

    public string[] RepoDigests { get; init; } = [];

    public string Parent { get; init; } = "";

    public string Comment { get; init; } = "";

    public string Created { get; init; } = "";

    public string DockerVersion { get; init; } = "";

    public string Author { get; init; } = "";

    public ContainerConfig Config { get; init; } = new();

    public string Architecture { get; init; } = "";

    public string? Variant { get; init; }

    public string Os { get; init; } = "";

    public long Size { get; init; }

    public GraphDriver GraphDriver { get; init; } = new();

    public ImageRootFS RootFS { get; init; } = new();

    public ImageMetadata Metadata { get; init; } = new();
}

public sealed record ImageRootFS
{
    public string Type { get; init; } = "layers";

    /// <summary>Diff IDs, the lowest layer first.</summary>
    public string[] Layers { get; init; } = [];
}

public sealed record ImageMetadata
{
    public string LastTagTime { get; init; } = "0001-01-01T00:00:00Z";
}

/// <summary>One step of <c>DELETE /images/{name}</c>: a tag that is gone or a layer or image that is gone.</summary>
public sealed record ImageDeleteItem
{
    public string? Untagged { get; init; }

    public string? Deleted { get; init; }
}

/// <summary>One row of <c>GET /images/{name}/history</c>, the newest first.</summary>
public sealed record HistoryItem
{
    public string Id { get; init; } = "";

    public long Created { get; init; }

    public string CreatedBy { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public string[]? Tags { get; init; }

    public long Size { get; init; }

    public string Comment { get; init; } = "";
}

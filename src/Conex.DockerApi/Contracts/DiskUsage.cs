using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>The answer of <c>GET /system/df</c>.</summary>
public sealed record DiskUsageResponse
{
    /// <summary>Bytes of all layers, a shared one once.</summary>
    public long LayersSize { get; init; }

    public ImageSummary[] Images { get; init; } = [];

    public ContainerSummary[] Containers { get; init; } = [];

    public EmptyObject[] Volumes { get; init; } = [];

    public EmptyObject[] BuildCache { get; init; } = [];
}

/// <summary>The answer of <c>POST /images/prune</c>.</summary>
public sealed record ImagesPruneResponse
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ImageDeleteItem[]? ImagesDeleted { get; init; }

    /// <summary>Bytes of the layers that are gone.</summary>
    public long SpaceReclaimed { get; init; }
}

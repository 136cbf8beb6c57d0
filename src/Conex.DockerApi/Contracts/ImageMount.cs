namespace Conex.DockerApi.Contracts;

/// <summary>An image that is mounted on the host: one row of this engine's <c>/conex/image-mounts</c>.</summary>
public sealed record ImageMount
{
    public string Id { get; init; } = "";

    /// <summary>Its familiar names.</summary>
    public string[] Names { get; init; } = [];

    public string Path { get; init; } = "";
}

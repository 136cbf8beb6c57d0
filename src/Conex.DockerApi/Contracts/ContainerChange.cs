namespace Conex.DockerApi.Contracts;

/// <summary>One row of <c>GET /containers/{id}/changes</c>.</summary>
public sealed record ContainerChange
{
    /// <summary>Absolute, in the container.</summary>
    public string Path { get; init; } = "";

    /// <summary>0: changed, 1: added, 2: deleted.</summary>
    public int Kind { get; init; }
}

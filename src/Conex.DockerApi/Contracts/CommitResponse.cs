namespace Conex.DockerApi.Contracts;

/// <summary>The answer of <c>POST /commit</c>.</summary>
public sealed record CommitResponse
{
    /// <summary>The new image's ID.</summary>
    public string Id { get; init; } = "";
}

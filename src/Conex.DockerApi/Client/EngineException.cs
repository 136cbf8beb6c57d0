namespace Conex.DockerApi.Client;

/// <summary>The engine refused a request.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">The engine's sentence.</param>
public sealed class EngineException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status: 404 not found, 409 conflict, 400 wrong input, 500 anything else.</summary>
    public int Status { get; } = status;
}

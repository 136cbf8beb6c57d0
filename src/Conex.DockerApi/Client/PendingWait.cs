using Conex.DockerApi.Contracts;
using Conex.Linux.Files;

namespace Conex.DockerApi.Client;

/// <summary>A wait that the engine has accepted: from now on no exit is missed. The result comes when the condition holds.</summary>
public sealed class PendingWait : IDisposable
{
    private readonly EngineResponse response;

    internal PendingWait(EngineResponse response) => this.response = response;

    /// <summary>The socket, to wait for with others; check <see cref="IsReady"/> first.</summary>
    public FileHandle Handle => response.Handle;

    /// <summary>Whether the result has been received already, which polling the socket does not see.</summary>
    public bool IsReady => response.HasBuffered;

    /// <summary>Waits for the container's end.</summary>
    /// <exception cref="EngineUnreachableException">The daemon went away before.</exception>
    public WaitResponse Result() => response.ReadJson(DockerJson.Default.WaitResponse);

    /// <inheritdoc/>
    public void Dispose() => response.Dispose();
}

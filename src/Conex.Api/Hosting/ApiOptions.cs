using Conex.Engine;
using Conex.Linux.Sockets;

namespace Conex.Api.Hosting;

/// <summary>What an API server serves and where.</summary>
public sealed record ApiOptions
{
    /// <summary>The engine behind the endpoints.</summary>
    public required ContainerEngine Engine { get; init; }

    /// <summary>The listening socket; the server takes it over.</summary>
    public required UnixSocket Listener { get; init; }

    /// <summary>The path at which the socket is found, and after a handover that of the next daemon.</summary>
    public required string SocketPath { get; init; }

    /// <summary>The product's version, as <c>0.1.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Which build this is; another build's client asks for a handover.</summary>
    public required string Build { get; init; }

    /// <summary>Called when a client asks the daemon to hand over. Returns at once.</summary>
    public required Action OnHandover { get; init; }

    /// <summary>Takes a line about an error inside the server.</summary>
    public required Action<string> Log { get; init; }
}

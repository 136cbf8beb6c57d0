using System.Net.Sockets;

namespace Conex.Engine.Containers;

/// <summary>Which streams a client wants.</summary>
public readonly record struct AttachStreams(bool Stdin, bool Stdout, bool Stderr);

/// <summary>A connection to a container's streams that comes once its monitor listens.</summary>
public sealed class PendingAttachment : IDisposable
{
    private readonly TaskCompletionSource<Socket?> connection = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal PendingAttachment(AttachStreams streams) => Streams = streams;

    /// <summary>The connected socket, which the caller closes: raw bytes both ways for a terminal, else raw bytes in and docker's
    /// eight-byte frames out; it ends when the container does. Null when the container was removed or did not start.</summary>
    public Task<Socket?> Connection => connection.Task;

    internal AttachStreams Streams { get; }

    /// <summary>Gives up waiting; a connection that has been handed out stays open.</summary>
    public void Dispose() => connection.TrySetResult(null);

    /// <returns>False when nobody waits any more.</returns>
    internal bool TryConnect(Socket? socket) => connection.TrySetResult(socket);
}

using System.IO.Pipelines;
using System.Net.Sockets;
using Conex.Linux.Files;
using Conex.Linux.Polling;

namespace Conex.Api.Streaming;

/// <summary>A connection that a request handler can take from under the HTTP layer. Docker's hijack is not HTTP's upgrade: it may come with a body,
/// without an Upgrade header, and each direction ends on its own; Kestrel's own upgrade allows none of these.</summary>
/// <remarks>After <see cref="Take"/> the HTTP layer sees an ended connection: what it writes is dropped, what it reads is the end. A handler takes
/// the connection after it has read the whole body, when the HTTP layer does not read.</remarks>
internal sealed class HijackableTransport : IDuplexPipe
{
    private readonly IDuplexPipe connection;
    private readonly HijackableReader reader;
    private readonly HijackableWriter writer;

    private readonly Socket? socket;

    internal HijackableTransport(IDuplexPipe connection, Socket? socket, CancellationToken closed)
    {
        this.socket = socket;
        this.connection = connection;
        Closed = closed;
        reader = new HijackableReader(connection.Input);
        writer = new HijackableWriter(connection.Output);
    }

    /// <inheritdoc/>
    public PipeReader Input => reader;

    /// <inheritdoc/>
    public PipeWriter Output => writer;

    /// <summary>Cancelled when the client has ended its side, or is gone.</summary>
    internal CancellationToken Closed { get; }

    /// <summary>Whether the client has closed the connection, not only its own side.</summary>
    internal bool IsGone
    {
        get
        {
            if (socket is null || socket.SafeHandle.IsClosed)
            {
                return Closed.IsCancellationRequested;
            }

            using var handle = new FileHandle((int)socket.SafeHandle.DangerousGetHandle(), ownsHandle: false);
            return HangUp.IsSet(handle);
        }
    }

    /// <summary>Whether the HTTP layer has lost the connection.</summary>
    internal bool IsTaken { get; private set; }

    /// <summary>The connection itself, for whoever took it.</summary>
    internal IDuplexPipe Connection => connection;

    /// <summary>Takes the connection for good.</summary>
    internal void Take()
    {
        IsTaken = true;
        writer.Detach();
        reader.Detach();
    }
}

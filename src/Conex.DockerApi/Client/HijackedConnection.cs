using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.DockerApi.Client;

/// <summary>A connection after the upgrade: raw bytes both ways. Each direction ends on its own, so that a program reads the end of its input and
/// still answers.</summary>
public sealed class HijackedConnection : IDisposable
{
    private readonly EngineConnection connection;

    internal HijackedConnection(EngineConnection connection, bool multiplexed)
    {
        this.connection = connection;
        IsMultiplexed = multiplexed;
    }

    /// <summary>Whether the bytes come in frames (<see cref="Streams.StdCopyFrame"/>); the answer's content type says so. Engines before API 1.42
    /// do not tell: without a terminal there are always frames.</summary>
    public bool IsMultiplexed { get; }

    /// <summary>The socket, to wait for with others; check <see cref="HasBuffered"/> first.</summary>
    public UnixSocket Socket => connection.Socket;

    /// <summary>Whether bytes came together with the header, which polling the socket does not see.</summary>
    public bool HasBuffered => !connection.Buffered.IsEmpty;

    /// <summary>Reads output.</summary>
    /// <returns>0 at its end; a broken connection counts as one.</returns>
    public int Read(Span<byte> destination)
    {
        if (HasBuffered)
        {
            return connection.Read(destination);
        }

        return FileIo.TryRead(Socket, destination, out _) is var n and > 0 ? n : 0;
    }

    /// <summary>Sends input.</summary>
    /// <returns>False when the other side takes no more.</returns>
    public bool TryWrite(ReadOnlySpan<byte> bytes) => connection.TrySend(bytes);

    /// <summary>Sends as much as the socket takes at once.</summary>
    /// <returns>The number of bytes; -1 and the reason otherwise (EAGAIN on a non-blocking socket).</returns>
    public int TryWriteSome(ReadOnlySpan<byte> bytes, out Errno error) => Socket.TrySend(bytes, out error);

    /// <summary>Ends the input: the program reads an end of file; its output goes on.</summary>
    public void CloseWrite() => Socket.ShutdownWrite();

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();
}

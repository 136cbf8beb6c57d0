using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Sockets;

namespace Conex.DockerApi.Client;

/// <summary>One HTTP/1.1 connection over a unix socket: blocking, a request at a time, with a read buffer of its own.</summary>
internal sealed class EngineConnection : IDisposable
{
    private const int BufferSize = 16 * 1024;
    private readonly byte[] buffer = new byte[BufferSize];
    private int start;
    private int end;

    private EngineConnection(EngineEndpoint endpoint, UnixSocket socket)
    {
        Endpoint = endpoint;
        Socket = socket;
    }

    internal EngineEndpoint Endpoint { get; }

    internal UnixSocket Socket { get; }

    /// <summary>What was received and not yet taken.</summary>
    internal ReadOnlySpan<byte> Buffered => buffer.AsSpan(start, end - start);

    /// <summary>Whether the peer closed an idle connection, or sent what nobody asked for: it cannot carry another request.</summary>
    internal bool IsStale => end > start || Poll.Readable([Socket], 0) == 0;

    internal static EngineConnection Open(EngineEndpoint endpoint)
    {
        UnixSocket? socket = UnixSocket.TryConnect(endpoint.SocketPath, out Errno error);
        return socket is null ? throw new EngineUnreachableException(endpoint, error) : new EngineConnection(endpoint, socket);
    }

    internal void Send(ReadOnlySpan<byte> bytes)
    {
        if (!TrySend(bytes))
        {
            throw new EngineUnreachableException(Endpoint, "it was closed while the request was sent");
        }
    }

    /// <summary>Sends all bytes; false when the peer does not take them any more.</summary>
    internal bool TrySend(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int n = Socket.TrySend(bytes, out _);
            if (n < 0)
            {
                return false;
            }

            bytes = bytes[n..];
        }

        return true;
    }

    /// <summary>Sends so many bytes of a file, or as many as the peer takes.</summary>
    /// <exception cref="KernelException">The file cannot be read, or has become shorter.</exception>
    internal void TrySend(FileHandle file, long size)
    {
        while (size > 0)
        {
            long n = FileIo.TrySend(Socket, file, size, out Errno error);
            if (n == 0)
            {
                throw new KernelException("send the file", "which became shorter meanwhile", Errno.ENODATA);
            }

            if (n < 0 && error is Errno.EPIPE or Errno.ECONNRESET)
            {
                return;
            }

            size -= n >= 0 ? n : throw new KernelException("send the file", null, error);
        }
    }

    /// <summary>Waits for the first bytes of an answer, or the connection's end.</summary>
    /// <returns>False when the peer closed without having read the request (ECONNRESET, unix(7)): it can be sent again.</returns>
    internal bool WaitForAnswer()
    {
        int n = FileIo.TryRead(Socket, buffer.AsSpan(end), out Errno error);
        if (n < 0 && error != Errno.ECONNRESET)
        {
            throw new EngineUnreachableException(Endpoint, KernelException.Explain(error));
        }

        end += Math.Max(n, 0);
        return n >= 0;
    }

    internal void Skip(int count) => start += count;

    /// <summary>Reads more behind what is buffered.</summary>
    /// <returns>False at the end of the connection.</returns>
    /// <exception cref="EngineUnreachableException">The connection broke, or the buffer is full of one header that does not end.</exception>
    internal bool Fill()
    {
        if (start == end)
        {
            start = end = 0;
        }
        else if (end == buffer.Length)
        {
            if (start == 0)
            {
                throw new EngineUnreachableException(Endpoint, $"the answer's header is longer than {BufferSize} bytes");
            }

            Buffered.CopyTo(buffer);
            end -= start;
            start = 0;
        }

        int n = Receive(buffer.AsSpan(end));
        end += n;
        return n > 0;
    }

    /// <summary>Takes received bytes, or receives some.</summary>
    /// <returns>0 at the end of the connection.</returns>
    internal int Read(Span<byte> destination)
    {
        if (start == end)
        {
            return Receive(destination);
        }

        int n = Math.Min(destination.Length, end - start);
        buffer.AsSpan(start, n).CopyTo(destination);
        start += n;
        return n;
    }

    /// <summary>Takes one line of the header without its end.</summary>
    internal string ReadLine()
    {
        int searched = 0;
        while (true)
        {
            int newline = Buffered[searched..].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                ReadOnlySpan<byte> line = Buffered[..(searched + newline)];
                Skip(line.Length + 1);
                return Encoding.Latin1.GetString(line.EndsWith((byte)'\r') ? line[..^1] : line);
            }

            searched = Buffered.Length;
            if (!Fill())
            {
                throw new EngineUnreachableException(Endpoint, "it was closed before the answer was complete");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private int Receive(Span<byte> destination)
    {
        int n = FileIo.TryRead(Socket, destination, out Errno error);
        return n >= 0 ? n : throw new EngineUnreachableException(Endpoint, KernelException.Explain(error));
    }
}

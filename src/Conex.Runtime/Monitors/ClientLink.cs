using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.Runtime.Monitors;

/// <summary>A client's socket and its place in the epoll set.</summary>
internal sealed class ClientLink(UnixSocket socket, Watch watch)
{
    private const int DrainLimit = 1024 * 1024;

    internal UnixSocket Socket { get; } = socket;

    internal Watch Watch { get; } = watch;

    internal bool IsClosed { get; private set; }

    /// <summary>Closes so that the client reads what was sent and then an end of file.</summary>
    internal void Close()
    {
        if (IsClosed)
        {
            return;
        }
        IsClosed = true;
        Watch.Drop();
        // A socket that is closed with unread bytes in it gives its peer ECONNRESET instead of the end of file. After the shutdown no more
        // can come, so they are read here.
        Socket.ShutdownBoth();
        Span<byte> unread = stackalloc byte[4096];
        int n = 1;
        for (int bytes = 0; n > 0 && bytes < DrainLimit; bytes += n)
        {
            n = FileIo.TryRead(Socket, unread, out _);
        }
        Socket.Dispose();
    }
}

using Conex.Linux.Raw;

namespace Conex.Linux.Sockets;

/// <summary>shutdown(2).</summary>
public static class SocketShutdown
{
    private const int SHUT_RDWR = 2;

    /// <summary>Ends both directions: the peer reads what was sent and then an end of file, and can send no more.</summary>
    public static void ShutdownBoth(this UnixSocket socket) => _ = Libc.shutdown(socket.Descriptor, SHUT_RDWR);
}

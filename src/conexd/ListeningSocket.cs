using System.Globalization;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.Daemon;

/// <summary>The socket of the API: the one that systemd hands over, or one of its own.</summary>
internal sealed class ListeningSocket : IDisposable
{
    /// <summary>The first descriptor that systemd passes (sd_listen_fds(3)).</summary>
    private const int FirstPassed = 3;
    private string? path;

    private ListeningSocket(UnixSocket handle, string? path)
    {
        Handle = handle;
        this.path = path;
    }

    internal UnixSocket Handle { get; }

    /// <summary>Whether systemd listens on while no daemon runs, so that the daemon may leave when it is idle.</summary>
    internal bool IsActivated => path is null;

    /// <summary>Opens the socket. The caller holds the data directory's lock: a file with the socket's name is one that a dead daemon left.</summary>
    internal static ListeningSocket Open(DaemonOptions options)
    {
        if (IsPassed())
        {
            return new ListeningSocket(new UnixSocket(FirstPassed), null);
        }

        PathAt.Unlink(PathAt.Current, options.SocketPath);
        UnixSocket socket = UnixSocket.Listen(options.SocketPath);
        PathAt.SetMode(PathAt.Current, options.SocketPath, 0x1b0);
        return new ListeningSocket(socket, options.SocketPath);
    }

    /// <summary>Removes the socket's name, as long as the lock is held.</summary>
    internal void Unlink()
    {
        if (path is not null)
        {
            PathAt.Unlink(PathAt.Current, path);
            path = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unlink();
        Handle.Dispose();
    }

    private static bool IsPassed() =>
        Environment.GetEnvironmentVariable("LISTEN_FDS") == "1"
        && Environment.GetEnvironmentVariable("LISTEN_PID") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}

using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Sockets;

namespace Conex.Runtime.Monitors;

/// <summary>The socket on which a monitor is reached: <c>monitor.sock</c> in its directory.</summary>
internal sealed class MonitorSocket : IDisposable
{
    /// <summary>0600: who may connect may write to the container.</summary>
    private const uint Mode = 0x180;

    private const string Name = "monitor.sock";

    private readonly DirectoryHandle directory;
    private readonly UnixSocket listener;
    private readonly Watch watch;
    private readonly ConnectionTable connections;
    private bool closed;

    private MonitorSocket(DirectoryHandle directory, UnixSocket listener, Epoll epoll, ConnectionTable connections)
    {
        this.directory = directory;
        this.listener = listener;
        this.connections = connections;
        watch = new Watch(epoll, listener, EventKeys.Listener);
    }

    /// <summary>Listens, in place of a socket that a monitor before this one left.</summary>
    /// <param name="directory">The directory that <paramref name="path"/> names now.</param>
    /// <exception cref="KernelException">The directory cannot be written.</exception>
    internal static MonitorSocket Listen(string path, DirectoryHandle directory, Epoll epoll, ConnectionTable connections)
    {
        PathAt.Unlink(directory, Name);
        UnixSocket listener = UnixSocket.Listen($"{path}/{Name}");
        PathAt.SetMode(directory, Name, Mode);
        FileIo.SetNonBlocking(listener);
        return new MonitorSocket(directory, listener, epoll, connections);
    }

    /// <summary>Takes the clients that wait.</summary>
    internal void Accept(Monitor monitor)
    {
        while (connections.Count < ConnectionTable.Capacity && listener.TryAccept(nonBlocking: true) is { } socket)
        {
            connections.Add(socket, monitor);
        }
    }

    /// <summary>Brings the epoll set up to date.</summary>
    internal void Settle()
    {
        watch.Reading = !closed && connections.Count < ConnectionTable.Capacity;
        watch.Update();
    }

    /// <summary>Takes no more clients and removes the socket; the next monitor may have the name.</summary>
    internal void Close()
    {
        if (closed)
        {
            return;
        }
        closed = true;
        PathAt.Unlink(directory, Name);
        watch.Drop();
        listener.Dispose();
    }

    public void Dispose() => Close();
}

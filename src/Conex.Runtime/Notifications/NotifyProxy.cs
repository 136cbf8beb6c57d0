using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Notifications;

/// <summary>Tells the host's service manager that a container's payload is ready (sd_notify(3)). The payload has a socket of its own: it can say
/// that it is ready, and nothing else.</summary>
public sealed class NotifyProxy : IDisposable
{
    internal const string SocketName = "notify.sock";

    /// <summary>Where the container sees the directory of the socket.</summary>
    internal const string Directory = "/run/notify";

    /// <summary>Milliseconds that the service manager has to take the news.</summary>
    private const int BarrierPatience = 30_000;

    private readonly string host;
    private readonly UnixSocket socket;

    private NotifyProxy(string host, UnixSocket socket)
    {
        this.host = host;
        this.socket = socket;
    }

    /// <summary>Readable when the payload said something.</summary>
    public FileHandle Handle => socket;

    /// <summary>Begins to listen for the payload.</summary>
    /// <param name="host">The service manager's socket.</param>
    /// <param name="path">The payload's, as the host sees it.</param>
    /// <exception cref="KernelException">The socket cannot be made.</exception>
    public static NotifyProxy Open(string host, string path)
    {
        PathAt.Unlink(PathAt.Current, path);
        return new NotifyProxy(host, DatagramSocket.Bind(path));
    }

    /// <summary>Stays until the payload is ready or has ended, and tells the service manager its number.</summary>
    public void AwaitReady(PidHandle process, int pid)
    {
        while (Poll.Readable(new FileHandle?[] { socket, process }, -1) == 0)
        {
            if (TryForward(pid))
            {
                return;
            }
        }
    }

    /// <summary>Reads one message.</summary>
    /// <param name="pid">The service's main process from now on; null: it stays who it is.</param>
    /// <returns>Whether it said that the payload is ready, which was passed on.</returns>
    public bool TryForward(int? pid)
    {
        Span<byte> message = stackalloc byte[4096];
        int n = FileIo.TryRead(socket, message, out _);
        foreach (Range line in message[..Math.Max(n, 0)].Split((byte)'\n'))
        {
            if (message[line].SequenceEqual("READY=1"u8))
            {
                Tell(pid);
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>The configuration with the payload's socket and the variable that names it.</summary>
    internal static RuntimeSpec AddTo(RuntimeSpec spec, string directory)
    {
        if (spec.Process is not { } process)
        {
            return spec;
        }
        var mount = new Mount
        {
            Destination = Directory,
            Type = "bind",
            Source = directory,
            Options = ["bind", "nosuid", "noexec", "nodev", "ro"],
        };
        return spec with
        {
            Mounts = [.. spec.Mounts ?? [], mount],
            Process = process with { Env = [.. process.Env ?? [], $"NOTIFY_SOCKET={Directory}/{SocketName}"] },
        };
    }

    private void Tell(int? pid)
    {
        try
        {
            using UnixSocket manager = DatagramSocket.Connect(host);
            manager.Send("READY=1\n"u8);
            if (pid is { } number)
            {
                manager.Send(Encoding.ASCII.GetBytes($"MAINPID={number}\n"));
            }
            // The manager closes its copy of the pipe once it has handled what came before: then this process may go.
            (FileHandle read, FileHandle write) = FileIo.Pipe();
            using (read)
            {
                using (write)
                {
                    manager.SendDescriptor("BARRIER=1"u8, write);
                }
                _ = Poll.Readable(new FileHandle?[] { read }, BarrierPatience);
            }
        }
        catch (KernelException)
        {
            // The manager is gone: the container runs on all the same.
        }
    }
}

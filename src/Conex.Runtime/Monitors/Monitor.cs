using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Polling;

namespace Conex.Runtime.Monitors;

/// <summary>
/// The supervisor of one container or exec: one thread, one epoll loop. It holds the terminal or pipes, writes the log, serves the engine and
/// attached clients on its socket, and records how the container ended. The container depends on it and on nothing else.
/// </summary>
/// <remarks>While output flows nothing is allocated: buffers are made at the start, and a page of them costs memory only once it is used.</remarks>
public sealed class Monitor : IDisposable
{
    private readonly Epoll epoll = new();
    private readonly DirectoryHandle directory;
    private readonly ReadyEvent[] ready = new ReadyEvent[16];
    private readonly ProcessSurroundings surroundings;
    private readonly ConnectionTable connections;
    private readonly OutputChunk chunk;
    private readonly ContainerInput input;
    private readonly ContainerStreams streams;
    private readonly MonitorEnd end;
    private readonly ContainerLife life;
    private readonly MonitorSocket socket;
    private readonly InheritedLayers layers;
    private bool terminated;

    private Monitor(MonitorOptions options, ISupervised supervised)
    {
        surroundings = new ProcessSurroundings(options, epoll);
        directory = PathAt.OpenDirectory(options.RunDirectory);
        layers = new InheritedLayers(options.Bundle);
        var diagnostics = new Diagnostics(options.Diagnostics ?? FileHandle.StandardError, options.ContainerId);
        LogWriter? log = options.LogFile is { } path
            ? new LogWriter(new LogFile(path, options.LogMaximumSize, options.LogMaximumFiles, diagnostics))
            : null;
        connections = new ConnectionTable(epoll);
        chunk = new OutputChunk(framed: !supervised.UsesTerminal);
        input = new ContainerInput(options.InputEndsWithClient);
        streams = new ContainerStreams(epoll, connections, log, chunk, input);
        end = new MonitorEnd(directory, options, supervised, diagnostics);
        life = new ContainerLife(options, supervised, epoll, connections, streams, end);
        end.ForgetLast();
        socket = MonitorSocket.Listen(options.RunDirectory, directory, epoll, connections);
        CrashStep.At("monitor.start.listening");
        surroundings.Announce();
    }

    /// <summary>Supervises until the container has ended and everything it wrote was handed over.</summary>
    /// <returns>The exit code of the monitor itself.</returns>
    /// <exception cref="KernelException">The socket cannot be made: nothing was started.</exception>
    public static int Run(MonitorOptions options, ISupervised supervised)
    {
        using var monitor = new Monitor(options, supervised);
        monitor.Serve();
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        connections.CloseAll();
        socket.Dispose();
        streams.Dispose();
        life.Dispose();
        surroundings.Dispose();
        directory.Dispose();
        epoll.Dispose();
    }

    /// <summary>Gives a client the role of an engine.</summary>
    internal ControlConnection AddControl(ClientLink link)
    {
        var control = new ControlConnection(link, life);
        control.Send(life.StateLine);
        return control;
    }

    /// <summary>Gives a client the container's streams.</summary>
    internal AttachConnection Attach(ClientLink link, bool stdin, bool stdout, bool stderr)
    {
        var attached = new AttachConnection(link, chunk, input, stdin, stdout, stderr);
        if (life.Phase == MonitorPhase.Draining)
        {
            attached.EndInput();
            attached.KeepRest();
        }
        _ = link.Socket.TrySend("ok\n"u8, out _);
        return attached;
    }

    /// <summary>Gives a client one of the layers that this process inherited, as <c>rootfs.json</c> names it: a new engine takes the mounts of
    /// an earlier one over.</summary>
    /// <param name="number">The descriptor's, in decimal digits.</param>
    internal bool TrySendLayer(ClientLink link, ReadOnlySpan<byte> number)
    {
        if (layers.Find(number) is not { } layer)
        {
            return false;
        }
        try
        {
            link.Socket.SendDescriptor("ok\n"u8, layer);
        }
        catch (KernelException)
        {
            // The client is gone.
        }
        return true;
    }

    private void Serve()
    {
        Settle();
        while (life.Phase != MonitorPhase.Ended)
        {
            Turn(life.Timeout);
            life.Advance();
        }
        socket.Close();
        connections.CloseFinished();
        Settle();
        CrashStep.At("monitor.exit.sockets-closed");
        end.WakeEngine();
        terminated = false;
        while (connections.Count > 0 && !terminated)
        {
            // Only attached clients that have not read everything yet. Nothing waits for them but this process.
            Turn(-1);
            connections.CloseFinished();
            connections.Settle();
        }
    }

    /// <summary>Waits for events and handles them.</summary>
    private void Turn(int timeout)
    {
        int count = epoll.Wait(ready, timeout);
        for (int i = 0; i < count; i++)
        {
            (Readiness readiness, long key) = ready[i];
            switch (key)
            {
                case EventKeys.Listener:
                    socket.Accept(this);
                    break;
                case EventKeys.Signals:
                    Terminate();
                    break;
                case EventKeys.Process:
                    life.ReapProcess();
                    break;
                case < 0:
                    streams.Ready(key, readiness);
                    break;
                default:
                    connections.Ready(key, readiness);
                    break;
            }
        }
        Settle();
    }

    /// <summary>Forgets the clients that are gone and tells the kernel what to wait for.</summary>
    private void Settle()
    {
        connections.Settle();
        socket.Settle();
        streams.Settle();
    }

    private void Terminate()
    {
        if (surroundings.TakeTermination())
        {
            terminated = true;
            life.Terminate();
        }
    }
}

using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Terminals;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Monitors;

/// <summary>
/// The supervisor of one container or exec: one thread, one epoll loop. It holds the terminal or pipes, writes the log, serves the engine and
/// attached clients on its socket, and records how the container ended. The container depends on it and on nothing else.
/// </summary>
/// <remarks>While output flows nothing is allocated: buffers are made at the start, and a page of them costs memory only once it is used.</remarks>
public sealed class Monitor : IDisposable
{
    /// <summary>How long after the end an orphan may hold the container's output open, in milliseconds.</summary>
    private const int DrainPatience = 200;

    private readonly MonitorOptions options;
    private readonly MonitorEnd end;
    private readonly ISupervised supervised;
    private readonly Epoll epoll = new();
    private readonly ReadyEvent[] ready = new ReadyEvent[16];
    private readonly ConnectionTable connections;
    private readonly OutputChunk chunk;
    private readonly ContainerInput input;
    private readonly ContainerStreams streams;
    private readonly MonitorSocket socket;
    private readonly ProcessSurroundings surroundings;
    private MonitorState state = MonitorState.Waiting;
    private Phase phase = Phase.Waiting;
    private LaunchedPayload? payload;
    private Watch? processWatch;
    private WindowSize? sizeAtStart;
    private string? givenUp;
    private UtcTime startedAt;
    private ExitRecord? record;
    private long deadline;

    private Monitor(MonitorOptions options, ISupervised supervised)
    {
        this.options = options;
        this.supervised = supervised;
        var diagnostics = new Diagnostics(options.Diagnostics ?? FileHandle.StandardError, options.ContainerId);
        end = new MonitorEnd(options, supervised, diagnostics);
        surroundings = new ProcessSurroundings(options, epoll);
        connections = new ConnectionTable(epoll);
        chunk = new OutputChunk(framed: !supervised.UsesTerminal);
        input = new ContainerInput(options.InputEndsWithClient);
        LogWriter? log = options.LogFile is { } path
            ? new LogWriter(new LogFile(path, options.LogMaximumSize, options.LogMaximumFiles, diagnostics))
            : null;
        streams = new ContainerStreams(epoll, connections, log, chunk, input);
        deadline = Environment.TickCount64 + options.StartPatience;
        end.ForgetLast();
        socket = MonitorSocket.Listen($"{options.RunDirectory}/monitor.sock", epoll, connections);
        CrashStep.At("monitor.start.listening");
        surroundings.Announce();
    }

    private enum Phase
    {
        Waiting,
        Running,
        Draining,
        Ended,
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
        payload?.Process.Dispose();
        surroundings.Dispose();
        epoll.Dispose();
    }

    /// <summary>Gives a client the role of an engine.</summary>
    internal ControlConnection AddControl(ClientLink link)
    {
        var control = new ControlConnection(link, this);
        control.Send(state.Line);
        return control;
    }

    /// <summary>Gives a client the container's streams.</summary>
    internal AttachConnection Attach(ClientLink link, bool stdin, bool stdout, bool stderr)
    {
        var attached = new AttachConnection(link, chunk, input, stdin, stdout, stderr);
        if (phase == Phase.Draining)
        {
            attached.EndInput();
            attached.KeepRest();
        }
        _ = link.Socket.TrySend("ok\n"u8, out _);
        return attached;
    }

    /// <summary>Does what a control connection asks for.</summary>
    /// <returns>Null, or why not, in one line.</returns>
    internal string? Execute(ControlRequest request)
    {
        try
        {
            return (request.Verb, phase) switch
            {
                (ControlVerb.Start, Phase.Waiting) => Start(),
                (ControlVerb.Start, _) => "the container was started already",
                (ControlVerb.Resize, Phase.Waiting) => Keep(request.Size),
                (ControlVerb.Resize, _) => streams.TryResize(request.Size) ? null : "the container has no terminal",
                (_, Phase.Waiting) => GiveUp($"signal {(int)request.Signal} came before the start"),
                (ControlVerb.KillAll, _) => SignalAll(request.Signal),
                (_, Phase.Running) when payload!.Process.Send(request.Signal) => null,
                _ => "the process has ended",
            };
        }
        catch (KernelException e)
        {
            return OneLine(e.Message);
        }
    }

    private void Serve()
    {
        Settle();
        while (phase != Phase.Ended)
        {
            Turn(Timeout());
            Advance();
        }
        socket.Close();
        connections.CloseFinished();
        Settle();
        CrashStep.At("monitor.exit.sockets-closed");
        end.WakeEngine();
        while (connections.Count > 0 && givenUp is null)
        {
            // Only attached clients that have not read everything yet. Nothing waits for them but this process.
            Turn(-1);
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
                    ReapProcess();
                    break;
                case < 0:
                    streams.Ready(key, readiness);
                    break;
                default:
                    connections.Ready(key, readiness);
                    break;
            }
        }
        if (phase == Phase.Ended)
        {
            connections.CloseFinished();
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

    private int Timeout() =>
        phase switch
        {
            Phase.Running => -1,
            Phase.Waiting when connections.Count > 0 => -1,
            _ => (int)Math.Max(deadline - Environment.TickCount64, 0),
        };

    /// <summary>Goes on to the next phase when it is time.</summary>
    private void Advance()
    {
        if (phase == Phase.Waiting)
        {
            if (connections.Count > 0)
            {
                deadline = Environment.TickCount64 + options.StartPatience;
            }
            else if (Environment.TickCount64 >= deadline)
            {
                _ = GiveUp("nobody asked for the start");
            }
            if (givenUp is not null)
            {
                _ = Fail(givenUp, ExitRecord.CannotStart);
                givenUp = null;
            }
        }
        else if (phase == Phase.Draining && (streams.Ended || Environment.TickCount64 >= deadline))
        {
            streams.ReadRest();
            Conclude();
        }
    }

    private string? Start()
    {
        try
        {
            payload = streams.Launch(supervised, options.Stdin);
        }
        catch (LaunchException e)
        {
            return Fail(e.Message, e.ExitCode is 126 or 127 ? e.ExitCode : ExitRecord.CannotStart);
        }
        catch (Exception e)
        {
            return Fail(e.Message, ExitRecord.CannotStart);
        }
        startedAt = UtcTime.Now;
        CrashStep.At("monitor.start.launched");
        phase = Phase.Running;
        processWatch = new Watch(epoll, payload.Process, EventKeys.Process) { Reading = true };
        processWatch.Update();
        if (sizeAtStart is { } size)
        {
            _ = streams.TryResize(size);
        }
        Become(MonitorState.Running(payload.Pid));
        return null;
    }

    private string Fail(string message, int exitCode)
    {
        string sentence = OneLine(message);
        phase = Phase.Ended;
        end.Record(
            new ExitRecord
            {
                ExitCode = exitCode,
                Error = message,
                FinishedAt = UtcTime.Now.ToString(),
            }
        );
        Become(MonitorState.Failed(sentence));
        return sentence;
    }

    private void ReapProcess()
    {
        ExitRecord? ended = end.Reap(payload!, startedAt);
        if (ended is null)
        {
            return;
        }
        record = ended;
        processWatch!.Drop();
        phase = Phase.Draining;
        deadline = Environment.TickCount64 + DrainPatience;
        streams.ProcessEnded();
        connections.EndInputAndKeepRest();
    }

    private void Conclude()
    {
        phase = Phase.Ended;
        end.Record(record!);
        Become(MonitorState.Exited(record!.ExitCode, record.OomKilled));
    }

    private void Become(MonitorState next)
    {
        state = next;
        connections.Broadcast(next.Line);
    }

    private void Terminate()
    {
        if (!surroundings.TakeTermination())
        {
            return;
        }
        if (phase == Phase.Running)
        {
            _ = payload!.Process.Send(Signal.SIGTERM);
        }
        else if (phase != Phase.Draining)
        {
            _ = GiveUp("the monitor was told to end before the start");
        }
    }

    private string? GiveUp(string reason)
    {
        givenUp = reason;
        return null;
    }

    private string? Keep(WindowSize size)
    {
        sizeAtStart = size;
        return null;
    }

    private string? SignalAll(Signal signal)
    {
        supervised.SignalAll(signal);
        return null;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}

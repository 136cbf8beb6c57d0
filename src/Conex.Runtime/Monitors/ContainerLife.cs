using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Terminals;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Monitors;

/// <summary>The container's way from the start, or its failure, to the end: does what the engine asks for and tells it of every change.</summary>
internal sealed class ContainerLife(
    MonitorOptions options,
    ISupervised supervised,
    Epoll epoll,
    ConnectionTable connections,
    ContainerStreams streams,
    MonitorEnd end
) : IDisposable
{
    /// <summary>How long after the end an orphan may hold the container's output open, in milliseconds.</summary>
    private const int DrainPatience = 200;

    private LaunchedPayload? payload;
    private Watch? processWatch;
    private WindowSize? sizeAtStart;
    private UtcTime startedAt;
    private ExitRecord? record;
    private string? givenUp;
    private long deadline = Environment.TickCount64 + options.StartPatience;

    internal MonitorPhase Phase { get; private set; }

    /// <summary>The line that says how far the container is.</summary>
    internal byte[] StateLine { get; private set; } = MonitorState.Waiting.Line;

    /// <summary>Milliseconds until <see cref="Advance"/> must be called without an event; -1: never.</summary>
    internal int Timeout =>
        Phase switch
        {
            MonitorPhase.Draining => Remaining,
            MonitorPhase.Waiting when connections.Count == 0 => Remaining,
            _ => -1,
        };

    private int Remaining => (int)Math.Max(deadline - Environment.TickCount64, 0);

    /// <summary>Does what a control connection asks for.</summary>
    /// <returns>Null, or why not, in one line.</returns>
    internal string? Execute(ControlRequest request)
    {
        try
        {
            switch (request.Verb)
            {
                case ControlVerb.Start:
                    return Phase == MonitorPhase.Waiting ? Start() : "the container was started already";
                case ControlVerb.Resize when Phase == MonitorPhase.Waiting:
                    sizeAtStart = request.Size;
                    return null;
                case ControlVerb.Resize:
                    return streams.TryResize(request.Size) ? null : "the container has no terminal";
                case var _ when Phase == MonitorPhase.Waiting:
                    givenUp = $"signal {(int)request.Signal} came before the start";
                    return null;
                case ControlVerb.KillAll:
                    supervised.SignalAll(request.Signal);
                    return null;
                default:
                    return Phase == MonitorPhase.Running && payload!.Process.Send(request.Signal) ? null : "the process has ended";
            }
        }
        catch (KernelException e)
        {
            return OneLine(e.Message);
        }
    }

    /// <summary>The monitor was told to end: it passes that on.</summary>
    internal void Terminate()
    {
        if (Phase == MonitorPhase.Waiting)
        {
            givenUp = "the monitor was told to end before the start";
        }
        else if (Phase == MonitorPhase.Running)
        {
            _ = payload!.Process.Send(Signal.SIGTERM);
        }
    }

    /// <summary>The pidfd says that the process has ended.</summary>
    internal void ReapProcess()
    {
        record = end.Reap(payload!, startedAt);
        if (record is null)
        {
            return;
        }
        processWatch!.Drop();
        Phase = MonitorPhase.Draining;
        deadline = Environment.TickCount64 + DrainPatience;
        streams.ProcessEnded();
        connections.EndInputAndKeepRest();
    }

    /// <summary>Goes on to the next phase when it is time.</summary>
    internal void Advance()
    {
        if (Phase == MonitorPhase.Draining && (streams.Ended || Remaining == 0))
        {
            streams.ReadRest();
            End(record!, MonitorState.Exited(record!.ExitCode, record.OomKilled));
        }
        if (Phase != MonitorPhase.Waiting)
        {
            return;
        }
        if (connections.Count > 0)
        {
            deadline = Environment.TickCount64 + options.StartPatience;
        }
        else if (Remaining == 0)
        {
            givenUp ??= "nobody asked for the start";
        }
        if (givenUp is not null)
        {
            _ = Fail(givenUp, ExitRecord.CannotStart);
        }
    }

    public void Dispose() => payload?.Process.Dispose();

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
            return Fail(FailureSentence.Of(e), ExitRecord.CannotStart);
        }
        startedAt = UtcTime.Now;
        CrashStep.At("monitor.start.launched");
        processWatch = new Watch(epoll, payload.Process, EventKeys.Process) { Reading = true };
        processWatch.Update();
        if (sizeAtStart is { } size)
        {
            _ = streams.TryResize(size);
        }
        Phase = MonitorPhase.Running;
        Tell(MonitorState.Running(payload.Pid));
        return null;
    }

    private string Fail(string message, int exitCode)
    {
        var failure = new ExitRecord
        {
            ExitCode = exitCode,
            Error = message,
            FinishedAt = UtcTime.Now.ToString(),
        };
        End(failure, MonitorState.Failed(OneLine(message)));
        return OneLine(message);
    }

    private void End(ExitRecord recorded, MonitorState state)
    {
        Phase = MonitorPhase.Ended;
        end.Record(recorded);
        Tell(state);
    }

    private void Tell(MonitorState state)
    {
        StateLine = state.Line;
        connections.Broadcast(state.Line);
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}

using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Runtime.Monitors;

/// <summary>What is left of a container when it has ended: <c>exit.json</c>, and nothing else.</summary>
/// <param name="directory">The directory itself: the engine may have made another one of its name for the next run.</param>
internal sealed class MonitorEnd(DirectoryHandle directory, MonitorOptions options, ISupervised supervised, Diagnostics diagnostics)
{
    private const string RecordName = "exit.json";

    /// <summary>Removes the record of the run before, which must not be taken for this one's.</summary>
    internal void ForgetLast() => PathAt.Unlink(directory, RecordName);

    /// <summary>Reaps the process when it has ended.</summary>
    /// <returns>Null while it runs.</returns>
    internal ExitRecord? Reap(LaunchedPayload payload, UtcTime startedAt)
    {
        ExitStatus? status;
        string? error = null;
        try
        {
            status = payload.Process.TryWait();
        }
        catch (KernelException e)
        {
            status = new ExitStatus(0, Signal.SIGKILL);
            error = $"the exit status is lost: {e.Message}";
        }
        return status is not { } known
            ? null
            : new ExitRecord
            {
                Pid = payload.Pid,
                ExitCode = known.ShellCode,
                Signal = (int)known.Signal,
                OomKilled = WasOomKilled(),
                StartedAt = startedAt.ToString(),
                FinishedAt = UtcTime.Now.ToString(),
                Error = error,
            };
    }

    /// <summary>Writes the record, then removes the cgroup and the runtime's state: who reads that the container has ended may start it again.</summary>
    internal void Record(ExitRecord record)
    {
        try
        {
            AtomicFile.Write(directory, RecordName, record.ToUtf8Json());
        }
        catch (KernelException e)
        {
            diagnostics.Say($"the end of the container cannot be recorded: {e.Message}");
        }
        CrashStep.At("monitor.exit.file-written");
        try
        {
            supervised.CleanUp();
        }
        catch (Exception e)
        {
            diagnostics.Say($"something of the container could not be removed: {e.Message}");
        }
        CrashStep.At("monitor.exit.cleaned-up");
    }

    /// <summary>Starts the engine when nobody listens.</summary>
    internal void WakeEngine()
    {
        if (options is { EngineProgram: { } program, EngineSocket: { } socket })
        {
            EngineWakeUp.Run(program, socket, diagnostics);
        }
    }

    private bool WasOomKilled()
    {
        try
        {
            return supervised.WasOomKilled();
        }
        catch (Exception e)
        {
            diagnostics.Say($"whether memory ran out is unknown: {e.Message}");
            return false;
        }
    }
}

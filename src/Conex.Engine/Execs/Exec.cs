using Conex.Engine.Containers;
using Conex.Engine.Monitors;

namespace Conex.Engine.Execs;

/// <summary>An exec in memory.</summary>
internal sealed class Exec(string id, Container container, ExecConfiguration configuration, string directory)
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stage stage;
    private int exitCode;

    private enum Stage
    {
        Created,
        Starting,
        Running,
        Ended,
    }

    internal string Id => id;

    internal Container Container => container;

    internal ExecConfiguration Configuration => configuration;

    /// <summary>Its directory below the container's run directory.</summary>
    internal string Directory => directory;

    internal MonitorRun? Run { get; private set; }

    /// <summary>When it ended; null before.</summary>
    internal DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Completes when its end has been worked up; at once when it does not run.</summary>
    internal Task Settled { get; set; } = Task.CompletedTask;

    /// <summary>Completes when its exit code is known.</summary>
    internal Task Ended => ended.Task;

    internal bool IsRunning
    {
        get
        {
            lock (gate)
            {
                return stage == Stage.Running;
            }
        }
    }

    internal bool IsCreated
    {
        get
        {
            lock (gate)
            {
                return stage == Stage.Created;
            }
        }
    }

    internal ExecDetails Details
    {
        get
        {
            lock (gate)
            {
                return new ExecDetails
                {
                    Id = id,
                    ContainerId = container.Id,
                    Configuration = configuration,
                    IsRunning = stage == Stage.Running,
                    ExitCode = stage == Stage.Ended ? exitCode : null,
                    Pid = stage == Stage.Running ? Run?.Pid ?? 0 : 0,
                };
            }
        }
    }

    /// <returns>False when it was started before.</returns>
    internal bool TryBegin()
    {
        lock (gate)
        {
            bool begins = stage == Stage.Created;
            stage = begins ? Stage.Starting : stage;
            return begins;
        }
    }

    internal void Begin(MonitorRun run)
    {
        lock (gate)
        {
            Run = run;
            stage = Stage.Running;
        }
    }

    internal void End(int code, DateTimeOffset when)
    {
        lock (gate)
        {
            Run = null;
            stage = Stage.Ended;
            exitCode = code;
            EndedAt = when;
        }
        ended.TrySetResult();
    }
}

using Conex.Engine.Execs;
using Conex.Engine.Monitors;

namespace Conex.Engine.Containers;

/// <summary>A container in memory: its record, who waits for it, and the monitor of its run.</summary>
internal sealed class Container(ContainerRecord record, ContainerFiles files)
{
    private readonly Lock gate = new();
    private readonly List<(WaitCondition Condition, TaskCompletionSource<WaitResult> Waiter)> waiters = [];
    private readonly List<PendingAttachment> attachments = [];
    private volatile ContainerRecord current = record;
    private string? endError;

    internal string Id => current.Id;

    internal ContainerFiles Files => files;

    /// <summary>The latest record; its state is the truth.</summary>
    internal ContainerRecord Record => current;

    internal ContainerState State => current.State;

    internal bool IsAutoRemoved => current.Configuration.Host.AutoRemove;

    /// <summary>Held while the container is started or removed, and while its end is worked up.</summary>
    internal SemaphoreSlim Operation { get; } = new(1);

    /// <summary>The run that goes on; null when none does.</summary>
    internal MonitorRun? Run { get; private set; }

    /// <summary>Completes when the last run's end has been worked up: recorded, monitor gone, run directory removed.</summary>
    internal Task Settled { get; set; } = Task.CompletedTask;

    /// <summary>Its execs, running or not.</summary>
    internal ExecSet Execs { get; } = new();

    /// <summary>Changes the state.</summary>
    internal ContainerRecord Change(Func<ContainerState, ContainerState> change)
    {
        lock (gate)
        {
            current = current with { State = change(current.State) };
            return current;
        }
    }

    /// <summary>Begins the removal.</summary>
    /// <returns>False when it has begun already.</returns>
    internal bool TryBeginRemoval()
    {
        lock (gate)
        {
            if (current.State.Status == ContainerStatus.Removing)
            {
                return false;
            }
            current = current with { State = current.State with { Status = ContainerStatus.Removing } };
            return true;
        }
    }

    /// <summary>Makes a run the present one.</summary>
    /// <returns>The clients that wanted to attach before.</returns>
    internal IReadOnlyList<PendingAttachment> Begin(MonitorRun run)
    {
        lock (gate)
        {
            Run = run;
            PendingAttachment[] waiting = [.. attachments];
            attachments.Clear();
            return waiting;
        }
    }

    /// <summary>The present run is over.</summary>
    /// <param name="error">What was strange about its end: those who wait are told. Null for a failed start, of which only the one who asked for
    /// it is told.</param>
    internal void End(string? error = null)
    {
        lock (gate)
        {
            Run = null;
            endError = error;
        }
    }

    /// <summary>The run to attach to now; null: the attachment is kept for the next one, or ended when the container is being removed.</summary>
    internal MonitorRun? Attach(PendingAttachment attachment)
    {
        lock (gate)
        {
            if (Run is { } run)
            {
                return run;
            }
            if (current.State.Status == ContainerStatus.Removing)
            {
                attachment.TryConnect(null);
            }
            else
            {
                attachments.RemoveAll(one => one.Connection.IsCompleted);
                attachments.Add(attachment);
            }
            return null;
        }
    }

    internal Task<WaitResult> WaitAsync(WaitCondition condition, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (condition == WaitCondition.NotRunning && !current.State.IsRunning)
            {
                return Task.FromResult(Result());
            }
            var waiter = new TaskCompletionSource<WaitResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((condition, waiter));
            if (cancellationToken.CanBeCanceled)
            {
                CancellationTokenRegistration registration = cancellationToken.Register(() => Forget(waiter, cancellationToken));
                _ = waiter.Task.ContinueWith(_ => registration.Dispose(), TaskScheduler.Default);
            }
            return waiter.Task;
        }
    }

    /// <summary>Answers those who wait for the end of a run.</summary>
    internal void AnswerExit() => Answer(condition => condition != WaitCondition.Removed);

    /// <summary>Answers everybody: there will be nothing to wait for.</summary>
    internal void AnswerRemoval()
    {
        Answer(_ => true);
        lock (gate)
        {
            foreach (PendingAttachment attachment in attachments)
            {
                attachment.TryConnect(null);
            }
            attachments.Clear();
        }
    }

    private void Answer(Func<WaitCondition, bool> concerns)
    {
        lock (gate)
        {
            WaitResult result = Result();
            for (int i = waiters.Count - 1; i >= 0; i--)
            {
                if (concerns(waiters[i].Condition))
                {
                    waiters[i].Waiter.TrySetResult(result);
                    waiters.RemoveAt(i);
                }
            }
        }
    }

    private void Forget(TaskCompletionSource<WaitResult> waiter, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            waiters.RemoveAll(one => one.Waiter == waiter);
        }
        waiter.TrySetCanceled(cancellationToken);
    }

    private WaitResult Result() => new(current.State.ExitCode, endError);
}

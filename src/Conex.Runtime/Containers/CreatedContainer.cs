using Conex.Linux.Cgroups;
using Conex.Linux.Processes;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Launch;
using Conex.Runtime.Notifications;
using Conex.Runtime.State;

namespace Conex.Runtime.Containers;

/// <summary>A container whose process exists.</summary>
/// <param name="State">Its state directory, which another container's may have replaced.</param>
public sealed record CreatedContainer(StateDirectory State, ContainerRecord Record, LaunchedProcess Process, Cgroup? Cgroup) : IDisposable
{
    /// <summary>Limits that the host could not set and that are no error, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Waits until the payload's program and the poststart hooks ran; when it does not come to that, nothing of the container is left.</summary>
    /// <exception cref="Errors.LaunchException">The program could not be executed, or a hook failed.</exception>
    public void AwaitExecution(RuntimeContext context)
    {
        try
        {
            Process.AwaitExecution();
            LifeEndHooks.RunPoststart(Record);
        }
        catch (Errors.LaunchException)
        {
            RemoveFailed(context);
            throw;
        }
    }

    /// <summary>Explains an end that its starter could not see coming: memory was short.</summary>
    /// <returns>A sentence, or null for an end that is the payload's own business.</returns>
    public string? ExplainEnd(ExitStatus status) =>
        status.Signal == Signal.SIGKILL && Cgroup?.OomKills > 0
            ? "a process of the container was killed for lack of memory: its memory limit was reached"
            : null;

    /// <summary>Listens for the readiness of the payload; null where nobody asked for that.</summary>
    public NotifyProxy? Notify { get; init; }

    /// <summary>The error that led here is the one to report; what cannot be removed stays for delete --force.</summary>
    private void RemoveFailed(RuntimeContext context)
    {
        try
        {
            if (!State.IsLost)
            {
                ContainerRemoval.Delete(context, Record.Id, force: true);
            }
        }
        catch (CgroupException)
        {
            // A process hangs.
        }
    }

    /// <summary>Removes the container, whose process has ended and was reaped.</summary>
    public void Remove(RuntimeContext context)
    {
        // Who deleted it has removed the rest before.
        if (!State.IsLost)
        {
            ContainerRemoval.Remove(context, State, Record, Cgroup, init: null);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Process.Dispose();
        Notify?.Dispose();
        Cgroup?.Dispose();
        State.Dispose();
    }
}

using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.Containers;
using Conex.Runtime.State;

namespace Conex.Runtime.Checkpoints;

/// <summary>A container that goes on; its init is a child of this process.</summary>
public sealed record RestoredContainer(StateDirectory State, ContainerRecord Record, PidHandle Handle, FileHandle? Terminal, Cgroup? Cgroup)
    : IDisposable
{
    /// <summary>Limits that the host could not set and that are no error, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Ends the container and removes it.</summary>
    public void Abandon(RuntimeContext context)
    {
        Handle.Send(Signal.SIGKILL);
        _ = Handle.Wait();
        Remove(context);
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
        Handle.Dispose();
        Terminal?.Dispose();
        Cgroup?.Dispose();
        State.Dispose();
    }
}

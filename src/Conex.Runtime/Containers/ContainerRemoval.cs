using Conex.Linux.Cgroups;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Errors;
using Conex.Runtime.State;
using Conex.Runtime.Systemd;

namespace Conex.Runtime.Containers;

/// <summary>Removes a container and everything the runtime made for it, whole or half.</summary>
public static class ContainerRemoval
{
    /// <param name="force">Ends a running container first; a missing one is no error.</param>
    /// <exception cref="ContainerStateException">There is none, or it runs.</exception>
    /// <exception cref="CgroupException">A process does not end.</exception>
    public static void Delete(RuntimeContext context, string id, bool force)
    {
        if (StateDirectory.TryOpen(context.Root, id) is not { } state)
        {
            if (force)
            {
                return;
            }
            throw new ContainerStateException("container does not exist");
        }
        using (state)
        {
            Delete(context, state, id, force);
        }
    }

    private static void Delete(RuntimeContext context, StateDirectory state, string id, bool force)
    {
        ContainerRecord? record = state.ReadRecord();
        if (force && record is not { Pid: > 0 })
        {
            // Who makes it may be at work: what came after this removal nobody could find.
            if (!TryLock(state, record))
            {
                return;
            }
            record = state.ReadRecord();
            if (record is null)
            {
                state.Remove();
                return;
            }
        }
        Container container = record is null ? Container.Open(context, id) : new Container(state, record);
        ContainerStatus status = container.Status;
        if (!force && status is not ContainerStatus.Stopped)
        {
            throw new ContainerStateException($"cannot delete container {id} that is not stopped: {ContainerControl.Name(status)}");
        }
        Remove(context, container);
    }

    private static bool TryLock(StateDirectory state, ContainerRecord? record)
    {
        try
        {
            return state.TryLock(RuntimeContext.Deadline);
        }
        catch (ContainerStateException) when (record is not null)
        {
            // Of a maker that was killed its process has the lock, until it has ended too; in a frozen cgroup it cannot.
            using Cgroup? cgroup = new Container(state, record).OpenCgroup();
            cgroup?.Kill(RuntimeContext.Deadline);
            return state.TryLock(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Ends what runs, removes the cgroup, runs poststop hooks, removes the state: in this order, so that a cut leaves what leads to the rest.</summary>
    public static void Remove(RuntimeContext context, Container container)
    {
        using PidHandle? init = container.OpenInit();
        init?.Send(Signal.SIGKILL);
        using Cgroup? cgroup = container.OpenCgroup();
        Remove(context, container.State, container.Record, cgroup, init);
    }

    /// <param name="init">The container's init when it may still run.</param>
    internal static void Remove(RuntimeContext context, StateDirectory state, ContainerRecord record, Cgroup? cgroup, PidHandle? init)
    {
        // When init has ended, its PID namespace has too, and the cgroup is empty nearly always: then rmdir(2) is all there is to do.
        bool ofSystemd = record.SystemdUnit is not null;
        if (cgroup is not null && (init is not null || ofSystemd || !cgroup.TryDelete()))
        {
            cgroup.Kill(RuntimeContext.Deadline);
            CrashStep.At("runtime.delete.killed");
            AwaitEnd(init);
            if (ofSystemd)
            {
                SystemdScope.Remove(record);
            }
            cgroup.Delete(RuntimeContext.Deadline);
        }
        else if (cgroup is null)
        {
            AwaitEnd(init);
        }
        CrashStep.At("runtime.delete.cgroup-removed");
        record.Resctrl?.Remove();
        if (record.Pid != 0)
        {
            // Before the state goes: cut in between, the next delete runs them once more rather than never.
            LifeEndHooks.RunPoststop(record, context.Warn);
            CrashStep.At("runtime.delete.poststop-run");
        }
        state.Remove();
        CrashStep.At("runtime.delete.state-removed");
    }

    private static void AwaitEnd(PidHandle? init)
    {
        if (init is not null)
        {
            _ = Poll.Readable(new FileHandle?[] { init }, (int)RuntimeContext.Deadline.TotalMilliseconds);
        }
    }
}

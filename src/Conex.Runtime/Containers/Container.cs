using Conex.Linux.Cgroups;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.State;

namespace Conex.Runtime.Containers;

/// <summary>An existing container, as its state directory and the kernel show it.</summary>
public sealed class Container
{
    private readonly StateDirectory state;
    private CgroupHost? host;
    private RuntimeSpec? spec;

    internal Container(StateDirectory state, ContainerRecord record)
    {
        this.state = state;
        Record = record;
    }

    /// <summary>What was written down of it.</summary>
    public ContainerRecord Record { get; }

    /// <summary>Its state directory.</summary>
    public StateDirectory State => state;

    /// <exception cref="ContainerStateException">There is none of that ID.</exception>
    public static Container Open(RuntimeContext context, string id)
    {
        var state = StateDirectory.Open(context.Root, id);
        ContainerRecord record =
            state.ReadRecord()
            ?? throw new ContainerStateException("container does not exist (its creation was cut: remove it with delete --force)");
        return new Container(state, record);
    }

    /// <summary>Its configuration as it was at create, read when first asked for.</summary>
    /// <exception cref="Conex.Linux.Errors.KernelException">There is none.</exception>
    public RuntimeSpec Spec => spec ??= RuntimeSpec.Parse(state.ReadConfig());

    /// <summary>Its state now.</summary>
    public ContainerStatus Status
    {
        get
        {
            if (Record.Pid == 0)
            {
                return ContainerStatus.Creating;
            }
            if (!IsAlive)
            {
                return ContainerStatus.Stopped;
            }
            if (state.IsWaiting)
            {
                return ContainerStatus.Created;
            }
            using Cgroup? cgroup = OpenCgroup();
            // Freezing again for a moment when an exec joins the frozen cgroup.
            return cgroup?.FreezerState is FreezerState.Frozen or FreezerState.Freezing ? ContainerStatus.Paused : ContainerStatus.Running;
        }
    }

    /// <summary>Whether init runs: the same process, not one that took its number, and no zombie.</summary>
    public bool IsAlive => ProcessIdentity.Read(Record.Pid) is { IsDead: false } identity && identity.StartTime == Record.StartTime;

    /// <summary>A handle of init, or null when it has ended. The number is checked after the handle is open, so it cannot be another's.</summary>
    public PidHandle? OpenInit()
    {
        PidHandle? handle = Record.Pid == 0 ? null : PidHandle.TryOpen(Record.Pid);
        if (handle is not null && !IsAlive)
        {
            handle.Dispose();
            return null;
        }
        return handle;
    }

    /// <summary>Its cgroup, or null when there is none.</summary>
    public Cgroup? OpenCgroup() =>
        Record.CgroupsPath is not { } path ? null
        : Record.CgroupPaths is { } paths ? Cgroup.Open(host ??= CgroupHost.Detect(), path, paths)
        : Cgroup.Open(host ??= CgroupHost.Detect(), path);
}

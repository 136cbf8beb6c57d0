using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Notifications;
using Conex.Runtime.State;

namespace Conex.Runtime.Containers;

/// <summary>What is done to a container that exists: start, signals, pause.</summary>
public static class ContainerControl
{
    /// <summary>Milliseconds that a created container's process has for its last steps.</summary>
    private const int StartDeadline = 30_000;

    private const int LookInterval = 1_000;

    /// <summary>Lets a created container's process become the payload.</summary>
    /// <exception cref="ContainerStateException">It is not waiting for its start.</exception>
    /// <exception cref="LaunchException">The last steps failed: the container has stopped. A hook failed: the container is gone.</exception>
    /// <param name="notifySocket">The host's socket for readiness, for which this waits where the container was made with one.</param>
    public static void Start(RuntimeContext context, string id, string? notifySocket = null)
    {
        var container = Container.Open(context, id);
        switch (container.Status)
        {
            case ContainerStatus.Creating:
                throw new ContainerStateException("cannot start a container in the creating state");
            case ContainerStatus.Stopped:
                throw new ContainerStateException("cannot start a container that has stopped");
            case ContainerStatus.Running or ContainerStatus.Paused:
                throw new ContainerStateException("cannot start an already running container");
        }
        using NotifyProxy? notify =
            notifySocket is not null && container.State.NotifySocket is { } inside ? NotifyProxy.Open(notifySocket, inside) : null;
        Start(context, container);
        if (notify is not null)
        {
            using PidHandle? init = container.OpenInit();
            if (init is not null)
            {
                notify.AwaitReady(init, container.Record.Pid);
            }
        }
    }

    private static void Start(RuntimeContext context, Container container)
    {
        string path = container.State.StartSocket;
        using UnixSocket socket =
            UnixSocket.TryConnect(path, out _) ?? throw new ContainerStateException("cannot start a container that has stopped");
        PathAt.Unlink(PathAt.Current, path);
        _ = socket.TrySend("G"u8, out _);
        Hooks? hooks = container.Record.Hooks;
        if (hooks is null)
        {
            AwaitExecution(container, socket, null);
            return;
        }
        try
        {
            using var signals = HookSignals.Open();
            AwaitExecution(container, socket, signals);
            LifeEndHooks.RunPoststart(container.Record);
        }
        catch (LaunchException e) when (e.IsByHook)
        {
            ContainerRemoval.Remove(context, container);
            throw;
        }
    }

    private static void AwaitExecution(Container container, UnixSocket socket, HookSignals? signals)
    {
        AwaitProgress(container, socket, signals);
        Span<byte> report = stackalloc byte[1024];
        int n = FileIo.TryRead(socket, report, out _);
        if (n <= 0 && WasKilled(container.Record))
        {
            using Cgroup? cgroup = container.OpenCgroup();
            throw LaunchFailureText.ExplainEnd(null, cgroup?.OomKills ?? 0, container.Spec.Linux);
        }
        if (n > 0 && ProgramFailure.TryParse(report[..n], out ProgramFailure failure))
        {
            // The process reports before it ends: who reads the error finds the container stopped.
            using PidHandle? init = container.OpenInit();
            _ = init is null ? 0 : Poll.Readable(new FileHandle?[] { init }, LookInterval);
            throw LaunchFailureText.Explain(container.Record.StartSteps, failure);
        }
    }

    /// <summary>Whether a process whose socket was closed, by execve(2) or by its end, never was the payload.</summary>
    private static bool WasKilled(ContainerRecord record) =>
        !LaunchPlanCompiler.StaysAsInit(record.Annotations)
        && ProcessIdentity.Read(record.Pid) is { HasExecuted: false } identity
        && identity.StartTime == record.StartTime;

    /// <summary>Sends a signal to init, or to every process of a container without a PID namespace made for it: there init's end does not
    /// end the others, so that SIGKILL always goes to all.</summary>
    /// <param name="all">Whether every process gets it. In a PID namespace made for it this changes nothing, as with runc.</param>
    /// <exception cref="ContainerStateException">The container is not running.</exception>
    public static void Kill(RuntimeContext context, string id, Signal signal, bool all)
    {
        var container = Container.Open(context, id);
        bool shared = !container.Record.EndsWithInit;
        using PidHandle? init = container.OpenInit();
        if (shared && (all || signal == Signal.SIGKILL))
        {
            using Cgroup? cgroup = container.OpenCgroup();
            if (cgroup is not null && (init is not null || cgroup.Processes().Count > 0))
            {
                cgroup.Signal(signal);
                if (signal == Signal.SIGKILL)
                {
                    ThawForTheEnd(container);
                }
                return;
            }
        }
        if (init?.Send(signal) != true)
        {
            throw new ContainerStateException("container not running");
        }
        if (signal == Signal.SIGKILL)
        {
            ThawForTheEnd(container);
        }
    }

    /// <summary>Stops every process of the container until <see cref="Resume"/>.</summary>
    /// <exception cref="ContainerStateException">It is not running.</exception>
    public static void Pause(RuntimeContext context, string id)
    {
        var container = Container.Open(context, id);
        ContainerStatus status = container.Status;
        if (status is not (ContainerStatus.Running or ContainerStatus.Created))
        {
            throw new ContainerStateException($"container not running: it is {Name(status)}");
        }
        using Cgroup cgroup =
            container.OpenCgroup()
            ?? throw new ContainerStateException(
                $"cannot pause container {id}: it was made without a cgroup of its own: {OrdinaryCgroup.WayOut(CgroupHost.Detect())}"
            );
        cgroup.Freeze(RuntimeContext.Deadline);
    }

    /// <summary>Lets a paused container go on.</summary>
    /// <exception cref="ContainerStateException">It is not paused.</exception>
    public static void Resume(RuntimeContext context, string id)
    {
        var container = Container.Open(context, id);
        if (container.Status != ContainerStatus.Paused)
        {
            throw new ContainerStateException("container not paused");
        }
        using Cgroup? cgroup = container.OpenCgroup();
        cgroup?.Thaw(RuntimeContext.Deadline);
    }

    /// <summary>The word of runtime-spec runtime.md for a state.</summary>
    public static string Name(ContainerStatus status) =>
        status switch
        {
            ContainerStatus.Creating => "creating",
            ContainerStatus.Created => "created",
            ContainerStatus.Running => "running",
            ContainerStatus.Paused => "paused",
            _ => "stopped",
        };

    /// <summary>Waits until the container's process has answered or has become the payload.</summary>
    private static void AwaitProgress(Container container, UnixSocket socket, HookSignals? signals)
    {
        using Cgroup? cgroup = container.OpenCgroup();
        // A hook without a timeout may take as long as it wants.
        bool forever = container.Record.Hooks?.StartContainer is { Count: > 0 };
        for (int waited = 0; forever || waited < StartDeadline; waited += LookInterval)
        {
            switch (Poll.Readable(new FileHandle?[] { socket, signals?.Handle }, LookInterval))
            {
                case 0:
                    return;
                case 1:
                    throw new LaunchException($"start was given up, since the runtime got {signals!.Read()}", 1) { IsByHook = forever };
                default:
                    break;
            }
            if (StandStill.Reason(container.Record.Pid, cgroup) is { } reason)
            {
                throw new LaunchException($"the container starts as soon as it can go on: {reason}", 1);
            }
        }
        throw new LaunchException($"the container's process made no progress for {StartDeadline / 1000} seconds", 1);
    }

    /// <summary>A frozen process takes SIGKILL only once it is thawed, on cgroup v1.</summary>
    private static void ThawForTheEnd(Container container)
    {
        using Cgroup? cgroup = container.OpenCgroup();
        if (cgroup is { Host.Mode: not CgroupMode.V2, FreezerState: FreezerState.Frozen or FreezerState.Freezing })
        {
            cgroup.Thaw(RuntimeContext.Deadline);
        }
    }
}

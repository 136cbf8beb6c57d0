using Conex.Linux.Capabilities;
using Conex.Linux.Cgroups;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Landlock;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Seccomp;

namespace Conex.Runtime.Containers;

/// <summary>Starts another process in a running container.</summary>
public static class ContainerExec
{
    /// <param name="process">What to run; null members of it are taken as they stand, not from the configuration.</param>
    /// <param name="stdio">Standard input, output and error; null: this process's own. Not used with a terminal.</param>
    /// <param name="dieWithParent">Whether the process ends when this one does.</param>
    /// <param name="ignorePaused">Whether a paused container is no error: the process then waits for resume.</param>
    /// <param name="warn">Takes what went wrong and ends nothing; null: it is an error.</param>
    /// <param name="cgroups">Cgroups below the container's to run in, <c>[controller[,controller]:]path</c>.</param>
    /// <param name="caughtSignals">The signals that this process has handlers for.</param>
    /// <exception cref="ContainerStateException">The container does not run.</exception>
    /// <exception cref="LaunchException">The process could not be started.</exception>
    public static LaunchedProcess Start(
        Container container,
        Process process,
        (FileHandle Input, FileHandle Output, FileHandle Error)? stdio,
        bool dieWithParent,
        bool ignorePaused = false,
        int preservedDescriptors = 0,
        IReadOnlyList<string>? cgroups = null,
        IReadOnlyList<Signal>? caughtSignals = null,
        Action<string>? warn = null
    )
    {
        PreservedDescriptors.Check(0, preservedDescriptors);
        ContainerStatus status = container.Status;
        if (status == ContainerStatus.Paused && !ignorePaused)
        {
            throw new ContainerStateException("cannot exec in a paused container (use --ignore-paused to override)");
        }
        using PidHandle init =
            (status is ContainerStatus.Stopped or ContainerStatus.Creating ? null : container.OpenInit())
            ?? throw new ContainerStateException("cannot exec in a stopped container");
        RuntimeSpec spec = SeccompNotification.WithReceiver(container.Spec);
        using var agent = SeccompAgent.TryConnect(spec.Linux, container.Record, "running");
        using Cgroup? cgroup = ExecCgroup.Open(container, cgroups ?? []);
        var options = new LaunchOptions
        {
            Bundle = container.Record.Bundle,
            Id = container.Record.Id,
            DieWithParent = dieWithParent,
            RedirectStdio = stdio is not null && !process.Terminal,
            PipeStreams = StandardStreams.FindPipes(process, stdio),
            PreservedDescriptors = preservedDescriptors,
            CaughtSignals = caughtSignals ?? [],
            KeepGroups = GroupAnnotation.KeepsGroups(container.Record.Annotations),
            IntoCgroup = cgroup?.Directory is not null,
            TaskFiles = cgroup?.TaskFiles ?? [],
            AvailableCapabilities = CapabilitySet.ReadPermitted(),
            LastCapability = CapabilitySet.ReadLast(),
            AgentMessageSize = agent?.LongestMessage ?? 0,
            FilterCache = container.State.FilterCache,
            LandlockAbi = LandlockSteps.IsAsked(process, spec) ? LandlockKernel.ReadAbi() : 0,
        };
        Process complete = PayloadEnvironment.Complete(process, () => HomeDirectory.Find(container.Record.Rootfs, process.User.Uid));
        LaunchPlan plan = ExecPlanCompiler.Compile(complete, container.Record.Namespaces, spec, options);
        var inputs = new LaunchInputs
        {
            Stdio = plan.Stdio is null ? null : stdio,
            Cgroup = cgroup,
            MayBeFrozen = ignorePaused,
            Init = init,
            OomScoreAdj = process.OomScoreAdj,
            Agent = agent,
            OnProcess = launched =>
            {
                container.Record.Resctrl?.Join(launched.Pid);
                agent?.Describe(launched.Pid, container.Record.Pid);
            },
        };
        LaunchedProcess launched;
        try
        {
            launched = Launch(plan, inputs, container.Record.Pid);
        }
        catch (LaunchException e) when (warn is not null && e is { Step: ExecPlanCompiler.GoOn, Error: Errno.EACCES })
        {
            // As runc does for ordinary users: the kernel lets them move processes only below a cgroup that is theirs.
            warn($"the process is not in the container's cgroup and its limits: {e.Message}");
            plan = ExecPlanCompiler.Compile(
                complete,
                container.Record.Namespaces,
                spec,
                options with
                {
                    IntoCgroup = false,
                    TaskFiles = [],
                }
            );
            launched = Launcher.Start(plan, inputs with { Cgroup = null });
        }
        launched.AwaitExecution();
        return launched;
    }

    /// <summary>A cgroup of version 2 that gave its controllers to children takes no process itself (EBUSY; cgroup-v2.rst, "No Internal
    /// Process Constraint"), as when a container runs systemd: then the process goes where init is.</summary>
    private static LaunchedProcess Launch(LaunchPlan plan, LaunchInputs inputs, int init)
    {
        try
        {
            return Launcher.Start(plan, inputs);
        }
        catch (LaunchException) when (inputs.Cgroup?.TryRead("cgroup", "cgroup.subtree_control") is { Length: > 0 })
        {
            Cgroup cgroup = inputs.Cgroup;
            var paths = new Dictionary<string, string>(cgroup.Paths) { [""] = cgroup.Host.UnifiedPlaceOf(init)! };
            using var beside = Cgroup.Open(cgroup.Host, cgroup.Path, paths);
            return Launcher.Start(plan, inputs with { Cgroup = beside });
        }
    }
}

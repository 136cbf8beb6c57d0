using Conex.Linux.Capabilities;
using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Containers;

/// <summary>Starts another process in a running container.</summary>
public static class ContainerExec
{
    /// <param name="process">What to run; null members of it are taken as they stand, not from the configuration.</param>
    /// <param name="stdio">Standard input, output and error; null: this process's own. Not used with a terminal.</param>
    /// <param name="dieWithParent">Whether the process ends when this one does.</param>
    /// <param name="ignorePaused">Whether a paused container is no error: the process then waits for resume.</param>
    /// <exception cref="ContainerStateException">The container does not run.</exception>
    /// <exception cref="LaunchException">The process could not be started.</exception>
    public static LaunchedProcess Start(
        Container container,
        Process process,
        (FileHandle Input, FileHandle Output, FileHandle Error)? stdio,
        bool dieWithParent,
        bool ignorePaused = false,
        int preservedDescriptors = 0
    )
    {
        ContainerStatus status = container.Status;
        if (status == ContainerStatus.Paused && !ignorePaused)
        {
            throw new ContainerStateException("cannot exec in a paused container (use --ignore-paused to override)");
        }
        using PidHandle init =
            (status is ContainerStatus.Stopped or ContainerStatus.Creating ? null : container.OpenInit())
            ?? throw new ContainerStateException("cannot exec in a stopped container");
        RuntimeSpec spec = RuntimeSpec.Parse(container.State.ReadConfig());
        using Cgroup? cgroup = container.OpenCgroup();
        var options = new LaunchOptions
        {
            Bundle = container.Record.Bundle,
            Id = container.Record.Id,
            DieWithParent = dieWithParent,
            RedirectStdio = stdio is not null && !process.Terminal,
            PipeStreams = StandardStreams.FindPipes(process, stdio),
            PreservedDescriptors = preservedDescriptors,
            IntoCgroup = cgroup?.UnifiedDirectory is not null,
            TaskFiles = cgroup?.TaskFiles ?? [],
            AvailableCapabilities = CapabilitySet.ReadPermitted(),
            LastCapability = CapabilitySet.ReadLast(),
        };
        LaunchPlan plan = ExecPlanCompiler.Compile(
            WithHome(process, container.Record.Rootfs),
            container.Record.Namespaces,
            spec.Linux?.Seccomp,
            spec.Linux?.Personality,
            options
        );
        LaunchedProcess launched = Launcher.Start(
            plan,
            new LaunchInputs
            {
                Stdio = plan.Stdio is null ? null : stdio,
                Cgroup = cgroup,
                Init = init,
                OomScoreAdj = process.OomScoreAdj,
            }
        );
        launched.AwaitExecution();
        return launched;
    }

    private static Process WithHome(Process process, string rootPath)
    {
        foreach (string variable in process.Env ?? [])
        {
            if (variable.StartsWith("HOME=", StringComparison.Ordinal))
            {
                return process;
            }
        }
        return process with { Env = [.. process.Env ?? [], $"HOME={HomeDirectory.Find(rootPath, process.User.Uid)}"] };
    }
}

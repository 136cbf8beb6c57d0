using Conex.Linux.Cgroups;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Containers;
using Conex.Runtime.Launch;
using Conex.Runtime.LaunchPlans;

namespace Conex.Bench.Floor;

/// <summary>What only the kernel can do of a container's start and end: its cgroups, namespaces and mounts, the pivot, and its program, with a plan that
/// contains nothing else and was compiled before.</summary>
internal sealed class BareStart
{
    private const string CgroupPath = "/conex-floor";
    private readonly CgroupHost host = CgroupHost.Detect();
    private readonly LaunchPlan plan;

    internal BareStart(string directory)
    {
        var bundle = Bundle.Load(directory, "config.json");
        using var cgroup = Cgroup.Create(host, CgroupPath);
        IReadOnlyList<string> taskFiles = cgroup.TaskFiles;
        _ = cgroup.TryDelete();
        plan = LaunchPlanCompiler.Compile(
            Bare(bundle.Spec),
            new LaunchOptions
            {
                Bundle = directory,
                Id = "floor",
                NoNewKeyring = true,
                TaskFiles = taskFiles,
                AvailableCapabilities = ulong.MaxValue,
                LastCapability = -1,
            }
        );
    }

    /// <summary>From nothing to nothing, once.</summary>
    internal ExitStatus Run()
    {
        using var cgroup = Cgroup.Create(host, CgroupPath);
        using LaunchedProcess process = Launcher.Start(plan, new LaunchInputs { Cgroup = cgroup });
        process.AwaitExecution();
        using PidHandle handle = process.Handle;
        ExitStatus status = handle.Wait();
        if (!cgroup.TryDelete())
        {
            cgroup.Delete(TimeSpan.FromSeconds(10));
        }
        return status;
    }

    private static RuntimeSpec Bare(RuntimeSpec spec) =>
        spec with
        {
            Hostname = null,
            Process = spec.Process! with { Capabilities = null, Rlimits = null, NoNewPrivileges = false, OomScoreAdj = null },
            Linux = new LinuxConfig { Namespaces = spec.Linux!.Namespaces },
        };
}

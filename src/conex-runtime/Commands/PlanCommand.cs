using Conex.CommandLine;
using Conex.Linux.Landlock;
using Conex.Linux.SyscallPrograms;
using Conex.Runtime.Containers;
using Conex.Runtime.LaunchPlans;

namespace ConexRuntime.Commands;

/// <summary><c>plan</c>: a container as the list of system calls that it is.</summary>
internal static class PlanCommand
{
    internal static Command Plan { get; } =
        new()
        {
            Name = "plan",
            Description = "Print the system calls by which root starts a container; needs no root itself",
            Usage = "[OPTIONS]",
            Arguments = ArgumentCount.None,
            Options = () =>
                new OptionTable()
                    .Text("bundle", 'b', "dir", "The bundle's directory", ".")
                    .Text("config", 'f', "file", "The configuration's file in the bundle", "config.json")
                    .Flag("no-pivot", "Move the root instead of pivoting to it")
                    .Flag("no-new-keyring", "Keep the session keyring"),
            Run = invocation => CommandTable.Guard(invocation, _ => Print(invocation)),
        };

    private static int Print(Invocation invocation)
    {
        var bundle = Bundle.Load(Path.GetFullPath(invocation.Text("bundle") ?? "."), invocation.Text("config") ?? "config.json");
        var options = new LaunchOptions
        {
            Bundle = bundle.Path,
            Id = "ID",
            Rootfs = bundle.Rootfs,
            Gate = StartGate.Listener,
            NoPivot = invocation.Flag("no-pivot"),
            NoNewKeyring = invocation.Flag("no-new-keyring"),
            LandlockAbi = LandlockKernel.ReadAbi(),
            Cgroups = [new CgroupView("", "/sys/fs/cgroup/ID")],
        };
        // As root of the host starts it: the process and its starter work at the same time where they can.
        var namespaces = NamespaceSet.Parse(bundle.Spec.Linux);
        bool goesAhead = StarterWork.CanWait(bundle.Spec, namespaces);
        LaunchPlan plan = LaunchPlanCompiler.Compile(
            bundle.Spec,
            options with
            {
                GoesAhead = goesAhead,
                PartsItself = StarterWork.CanPart(goesAhead, bundle.Spec, namespaces),
            }
        );
        Output.Text(SyscallProgramListing.Print(plan.Program));
        return 0;
    }
}

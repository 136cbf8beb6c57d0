using System.Text;
using Conex.Linux.Cgroups;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Resources;
using Conex.Runtime.Rootfs;
using Conex.Runtime.State;
using Conex.Runtime.Tests.LaunchPlans;

namespace Conex.Runtime.Tests.Fuzzing;

/// <summary>Whatever a bundle holds, it becomes a plan or a sentence.</summary>
public sealed class ConfigurationFuzzTests
{
    private static readonly byte[] s_rootfs = TestSpecs.Overlay().ToUtf8Json();

    [Fact]
    public void The_configurations_to_start_from_become_plans() => Assert.All(FuzzCorpus.Configurations.Skip(1), Walk);

    [Fact]
    public void A_configuration_becomes_a_plan_or_a_sentence() => FuzzLoop.Run(FuzzCorpus.Configurations, 1200, Walk);

    [Fact]
    public void A_description_of_the_root_becomes_a_plan_or_a_sentence() =>
        FuzzLoop.Run(
            [s_rootfs, TestSpecs.Overlay("overlay-legacy").ToUtf8Json()],
            1200,
            bytes =>
            {
                var rootfs = RootfsAssembly.Parse(bytes);
                AssertStable(rootfs.ToUtf8Json(), RootfsAssembly.Parse(rootfs.ToUtf8Json()).ToUtf8Json());
                Print(LaunchPlanCompiler.Compile(TestSpecs.Full(), TestSpecs.Options with { Rootfs = rootfs }));
            }
        );

    [Fact]
    public void A_state_file_becomes_a_record_or_a_sentence()
    {
        RuntimeSpec spec = RuntimeSpec.Parse(FuzzCorpus.Configurations[4]);
        ContainerRecord whole = Record(spec) with { Pid = 7, StartTime = 8, Resources = spec.Linux!.Resources };
        FuzzLoop.Run(
            [whole.ToUtf8Json()],
            1200,
            bytes =>
            {
                var read = ContainerRecord.Parse(bytes);
                AssertStable(read.ToUtf8Json(), ContainerRecord.Parse(read.ToUtf8Json()).ToUtf8Json());
            }
        );
    }

    /// <summary>What create, plan, start, update and exec make of a configuration before they touch the host.</summary>
    private static void Walk(byte[] config)
    {
        RuntimeSpec spec = RuntimeSpec.Parse(config);
        _ = spec.Linux?.Seccomp;
        AssertStable(spec.ToUtf8Json(), RuntimeSpec.Parse(spec.ToUtf8Json()).ToUtf8Json());
        // Each of these may refuse; the next is asked all the same.
        Ask(() => Record(spec));
        Ask(() => _ = ResourceWrites.Plan(spec.Linux?.Resources ?? new LinuxResources(), _ => CgroupVersion.V1));
        Ask(() => _ = ResourceWrites.Plan(spec.Linux?.Resources ?? new LinuxResources(), _ => CgroupVersion.V2));
        Ask(() => _ = DeviceRules.From(spec.Linux?.Resources?.Devices));
        Ask(() => _ = ResourceMerge.Merge(spec.Linux?.Resources ?? new LinuxResources(), spec.Linux?.Resources ?? new LinuxResources()));
        LaunchOptions options = TestSpecs.Options with
        {
            Bundle = "/bundle",
            Rootfs = RootfsAssembly.Parse(s_rootfs),
            Gate = StartGate.Listener,
            PipeStreams = [0, 1, 2],
            LandlockAbi = 7,
            TaskFiles = ["/sys/fs/cgroup/pids/test/tasks"],
        };
        Ask(() => Exec(spec, options));
        Print(LaunchPlanCompiler.Compile(spec, options));
        Print(
            LaunchPlanCompiler.Compile(spec, options with { Rootfs = null, Gate = StartGate.Channel, IntoCgroup = true, TaskFiles = [] })
        );
    }

    private static void Exec(RuntimeSpec spec, LaunchOptions options)
    {
        if (spec.Process is { } process)
        {
            Print(ExecPlanCompiler.Compile(process, NamespaceSet.Parse(spec.Linux).Created, spec, options));
        }
    }

    private static ContainerRecord Record(RuntimeSpec spec) =>
        new()
        {
            Id = "test",
            Pid = 0,
            StartTime = 0,
            Bundle = "/bundle",
            Rootfs = "/bundle/rootfs",
            Created = "2026-01-01T00:00:00.000000000Z",
            OciVersion = spec.OciVersion,
            CgroupsPath = spec.Linux?.CgroupsPath,
            Namespaces = NamespaceSet.Parse(spec.Linux).Created,
            Annotations = spec.Annotations,
            Hooks = spec.Hooks,
        };

    private static void Ask(Action question)
    {
        try
        {
            question();
        }
        catch (Exception e) when (FuzzErrors.IsForTheUser(e))
        {
            FuzzErrors.AssertSentence(e);
        }
    }

    private static void Print(LaunchPlan plan) => Assert.NotEqual("", SyscallProgramListing.Print(plan.Program));

    private static void AssertStable(byte[] once, byte[] twice) =>
        Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(twice));
}

using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>When a container's process works beside its starter, and in its memory.</summary>
public sealed class StarterWorkTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void A_process_that_goes_ahead_waits_for_its_starter_after_the_mounts_and_before_the_pivot()
    {
        RuntimeSpec spec = TestSpecs.Full();
        string plan = SyscallProgramListing.Print(
            LaunchPlanCompiler.Compile(spec, TestSpecs.Options with { Rootfs = TestSpecs.Overlay(), GoesAhead = true }).Program
        );
        int wait = plan.IndexOf("# wait for the starter's records and limits", StringComparison.Ordinal);
        Assert.InRange(
            wait,
            plan.IndexOf("# mount proc on /proc", StringComparison.Ordinal),
            plan.IndexOf("# pivot to", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("# wait for the ID mappings", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_parts_itself_joins_its_cgroups_when_they_are_made_and_before_anything_that_is_charged()
    {
        LaunchPlan plan = LaunchPlanCompiler.Compile(
            TestSpecs.Full(),
            TestSpecs.Options with
            {
                GoesAhead = true,
                PartsItself = true,
                TaskFiles = ["/sys/fs/cgroup/pids/box/tasks"],
            }
        );
        string[] steps = [.. plan.Program.Steps(0).Select(s => s.Label).Take(4)];
        Assert.Equal(
            [
                "make the namespaces, while the starter makes the cgroups",
                "wait for the cgroups",
                "move into the cgroup of each version 1 hierarchy",
                "begin a session; nobody may look into this process until it is the payload",
            ],
            steps
        );
        Assert.True(plan.AwaitsCgroups);
        const ulong MadeBySelf = NamespaceSet.Mount | NamespaceSet.Uts | NamespaceSet.Ipc | NamespaceSet.Network;
        Assert.Equal(NamespaceSet.Pid, plan.Program.CloneFlags & (MadeBySelf | NamespaceSet.Pid));
    }

    [Fact]
    public void Whoever_joins_namespaces_or_gets_devices_has_its_cgroups_first()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "network");
        LinuxNamespace joined = new() { Type = "network", Path = "/proc/1/ns/net" };
        RuntimeSpec joining = spec with { Linux = spec.Linux! with { Namespaces = [new() { Type = "mount" }, joined] } };
        Assert.True(StarterWork.CanPart(goesAhead: true, spec, NamespaceSet.Parse(spec.Linux)));
        Assert.False(StarterWork.CanPart(goesAhead: true, joining, NamespaceSet.Parse(joining.Linux)));
        Assert.False(
            StarterWork.CanPart(
                goesAhead: true,
                spec with
                {
                    Linux = spec.Linux! with { NetDevices = new Dictionary<string, LinuxNetDevice> { ["eth0"] = new() } },
                },
                NamespaceSet.Parse(spec.Linux)
            )
        );
        Assert.False(StarterWork.CanPart(goesAhead: false, spec, NamespaceSet.Parse(spec.Linux)));
    }

    [Fact]
    public void Nothing_is_done_in_a_user_namespace_before_it_is_mapped()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "pid", "user");
        LinuxIdMapping[] mapping =
        [
            new()
            {
                ContainerId = 0,
                HostId = 100000,
                Size = 65536,
            },
        ];
        Assert.False(CanWait(spec with { Linux = spec.Linux! with { UidMappings = mapping, GidMappings = mapping } }));
        Assert.True(CanWait(TestSpecs.Minimal("mount", "pid", "network")));
    }

    [Fact]
    public void What_the_starter_fills_is_waited_for_first()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount") with { Mounts = [TestSpecs.Entry("/etc", "tmpfs", "tmpfs", "tmpcopyup")] };
        Assert.False(CanWait(spec));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(64 * Megabyte, true)]
    [InlineData(-1L, true)]
    [InlineData(4 * Megabyte, false)]
    public void A_start_near_its_memory_limit_has_memory_of_its_own_and_its_limits_first(long? limit, bool shares)
    {
        RuntimeSpec spec = Limited(TestSpecs.Minimal("mount", "pid"), limit);
        Assert.Equal(shares, CanWait(spec));
        Assert.Equal(shares, LaunchPlanCompiler.Compile(spec, TestSpecs.Options).Program.SharesMemory);
    }

    [Fact]
    public void A_process_that_stays_as_init_or_has_clocks_of_its_own_has_memory_of_its_own()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "pid");
        RuntimeSpec init = spec with { Annotations = new Dictionary<string, string> { ["org.conex.init"] = "true" } };
        Assert.False(LaunchPlanCompiler.Compile(init, TestSpecs.Options).Program.SharesMemory);
        Assert.False(LaunchPlanCompiler.Compile(TestSpecs.Minimal("mount", "time"), TestSpecs.Options).Program.SharesMemory);
        Assert.True(LaunchPlanCompiler.Compile(spec, TestSpecs.Options).Program.SharesMemory);
    }

    private static bool CanWait(RuntimeSpec spec) => StarterWork.CanWait(spec, NamespaceSet.Parse(spec.Linux));

    private static RuntimeSpec Limited(RuntimeSpec spec, long? limit) =>
        spec with
        {
            Linux = spec.Linux! with { Resources = new LinuxResources { Memory = new LinuxMemory { Limit = limit } } },
        };
}

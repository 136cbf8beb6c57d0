using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Rootfs;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>What a configuration compiles to, call by call. No test here needs root.</summary>
public sealed class LaunchPlanTests
{
    [Fact]
    public void The_least_container_is_a_short_list_of_calls() =>
        GoldenFile.Matches("minimal.plan", Print(TestSpecs.Minimal("mount", "pid")));

    [Fact]
    public void A_container_of_an_engine_assembles_its_layers_and_drops_its_rights() =>
        GoldenFile.Matches("full.plan", Print(TestSpecs.Full(), TestSpecs.Options with { Rootfs = TestSpecs.Overlay() }));

    [Fact]
    public void Old_kernels_get_the_overlay_by_mount() =>
        GoldenFile.Matches(
            "overlay-legacy.plan",
            Print(TestSpecs.Minimal("mount"), TestSpecs.Options with { Rootfs = TestSpecs.Overlay("overlay-legacy") })
        );

    [Fact]
    public void Layers_that_are_mounts_come_by_descriptor_among_those_that_are_directories()
    {
        RootfsAssembly assembly = TestSpecs.Overlay("overlay-mounts") with { Lowers = ["fd:3", "/layers/a", "fd:4"] };
        string plan = Print(TestSpecs.Minimal("mount"), TestSpecs.Options with { Rootfs = assembly });
        string[] lowers =
        [
            .. plan.Split('\n').Where(line => line.Contains("lowerdir+", StringComparison.Ordinal)).Select(line => line.Trim()),
        ];
        Assert.Equal(
            [
                "fsconfig(r1, FSCONFIG_SET_FD, \"lowerdir+\", NULL, 3)",
                "fsconfig(r1, FSCONFIG_SET_STRING, \"lowerdir+\", \"/layers/a\", 0)",
                "fsconfig(r1, FSCONFIG_SET_FD, \"lowerdir+\", NULL, 4)",
            ],
            lowers
        );
    }

    [Theory]
    [InlineData("fd:")]
    [InlineData("fd:2")]
    [InlineData("fd:-1")]
    [InlineData("fd:x")]
    public void A_layer_that_is_no_inherited_descriptor_is_refused(string lower)
    {
        RootfsAssembly assembly = TestSpecs.Overlay("overlay-mounts") with { Lowers = [lower] };
        string message = Assert
            .Throws<InvalidSpecException>(() => Print(TestSpecs.Minimal("mount"), TestSpecs.Options with { Rootfs = assembly }))
            .Message;
        Assert.Equal($"rootfs.json: {lower} is no descriptor", message);
    }

    [Fact]
    public void A_user_namespace_binds_devices_instead_of_making_them()
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
        LaunchPlan plan = LaunchPlanCompiler.Compile(
            spec with
            {
                Linux = spec.Linux! with { UidMappings = mapping, GidMappings = mapping },
            },
            TestSpecs.Options
        );
        Assert.True(plan.NeedsIdMappings);
        GoldenFile.Matches("user-namespace.plan", SyscallProgramListing.Print(plan.Program));
    }

    [Fact]
    public void Joined_namespaces_are_entered_by_a_process_that_goes_on_as_a_sibling()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        spec = spec with
        {
            Linux = spec.Linux! with
            {
                Namespaces =
                [
                    new LinuxNamespace { Type = "network", Path = "/run/netns/a" },
                    new LinuxNamespace { Type = "mount" },
                    new LinuxNamespace { Type = "cgroup", Path = "/proc/1/ns/cgroup" },
                    new LinuxNamespace { Type = "user", Path = "/proc/1/ns/user" },
                ],
            },
        };
        LaunchPlan plan = LaunchPlanCompiler.Compile(spec, TestSpecs.Options with { IntoCgroup = true });
        Assert.True(plan.GoesOnAsSibling);
        GoldenFile.Matches("joined-namespaces.plan", SyscallProgramListing.Print(plan.Program));
    }

    [Fact]
    public void A_time_namespace_gets_its_offsets_before_anyone_enters_it()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "time");
        spec = spec with
        {
            Linux = spec.Linux! with
            {
                TimeOffsets = new Dictionary<string, LinuxTimeOffset>(StringComparer.Ordinal)
                {
                    ["monotonic"] = new() { Secs = 7, Nanosecs = 5 },
                },
            },
        };
        GoldenFile.Matches("time-namespace.plan", Print(spec));
    }

    [Fact]
    public void A_terminal_comes_from_the_containers_own_devpts()
    {
        RuntimeSpec spec = TestSpecs.Full();
        spec = spec with
        {
            Process = spec.Process! with
            {
                Terminal = true,
                ConsoleSize = new ConsoleSize { Height = 24, Width = 80 },
            },
        };
        LaunchPlan plan = LaunchPlanCompiler.Compile(spec, TestSpecs.Options with { Gate = StartGate.Listener });
        Assert.True(plan.SendsTerminal);
        GoldenFile.Matches("terminal.plan", SyscallProgramListing.Print(plan.Program));
    }

    [Fact]
    public void A_supervised_container_dies_with_its_monitor_and_may_have_the_runtime_as_init()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "pid");
        spec = spec with
        {
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.conex.init"] = "true" },
            Process = spec.Process! with { NoNewPrivileges = true },
        };
        GoldenFile.Matches("supervised-init.plan", Print(spec, TestSpecs.Options with { DieWithParent = true, RedirectStdio = true }));
    }

    [Fact]
    public void A_read_only_root_without_pivot_is_moved()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount") with
        {
            Root = new Root { Path = "/abs/rootfs", Readonly = true },
        };
        GoldenFile.Matches("read-only-no-pivot.plan", Print(spec, TestSpecs.Options with { NoPivot = true, NoNewKeyring = true }));
    }

    [Fact]
    public void Cgroup_v1_is_joined_by_the_process_itself_and_shows_its_own_cgroup_of_each_hierarchy()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "cgroup") with
        {
            Mounts = [TestSpecs.Entry("/sys/fs/cgroup", "cgroup", "cgroup", "ro", "nosuid", "nodev", "noexec")],
        };
        LaunchOptions options = TestSpecs.Options with
        {
            TaskFiles = ["/sys/fs/cgroup/cpu/conex/test/tasks", "/sys/fs/cgroup/pids/conex/test/tasks"],
            Cgroups =
            [
                new CgroupView("cpu", "/sys/fs/cgroup/cpu/conex/test"),
                new CgroupView("unified", "/sys/fs/cgroup/unified/conex/test"),
            ],
        };
        GoldenFile.Matches("cgroup-v1.plan", Print(spec, options));
    }

    [Fact]
    public void An_exec_joins_the_containers_namespaces_and_ends_as_a_launch_does() =>
        GoldenFile.Matches(
            "exec.plan",
            SyscallProgramListing.Print(
                ExecPlanCompiler
                    .Compile(
                        TestSpecs.Full().Process!,
                        NamespaceSet.Mount | NamespaceSet.Pid | NamespaceSet.Network | NamespaceSet.Cgroup,
                        TestSpecs.Full(),
                        TestSpecs.Options with
                        {
                            IntoCgroup = true,
                        }
                    )
                    .Program
            )
        );

    [Fact]
    public void Hooks_are_waited_for_before_the_pivot_and_run_by_the_process_where_they_belong_to_it()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "pid") with
        {
            Hooks = new Hooks
            {
                Prestart = [new Hook { Path = "/bin/a" }],
                CreateRuntime = [new Hook { Path = "/bin/b" }, new Hook { Path = "/bin/c" }],
                CreateContainer =
                [
                    new Hook
                    {
                        Path = "/bin/d",
                        Args = ["d", "-x"],
                        Timeout = 7,
                    },
                ],
                StartContainer = [new Hook { Path = "/bin/e", Env = ["A=1"] }],
            },
        };
        LaunchPlan plan = LaunchPlanCompiler.Compile(spec, TestSpecs.Options with { Gate = StartGate.Listener });
        Assert.True(plan.RunsStartHooks);
        string listing = SyscallProgramListing.Print(plan.Program);
        GoldenFile.Matches("hooks.plan", listing[listing.IndexOf("# wait while", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void The_process_hands_its_seccomp_listener_to_the_agent_itself()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        var seccomp = new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            ListenerPath = "/run/agent.sock",
            Syscalls = [new LinuxSyscall { Names = ["mkdir"], Action = "SCMP_ACT_NOTIFY" }],
        };
        string listing = Print(spec with { Linux = spec.Linux! with { Seccomp = seccomp } });
        GoldenFile.Matches("seccomp-agent.plan", listing[listing.IndexOf("# read what the seccomp", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void The_steps_after_the_gate_are_known_to_whoever_starts_the_container()
    {
        LaunchPlan plan = LaunchPlanCompiler.Compile(TestSpecs.Minimal("mount"), TestSpecs.Options with { Gate = StartGate.Listener });
        (int first, string label) = plan.Program.Steps(plan.AfterGate).First();
        Assert.Equal(plan.AfterGate, first);
        Assert.Equal("drop capabilities from the bounding set", label);
        Assert.Equal("execute \"/bin/true\"", plan.Program.Steps(plan.AfterGate).Last().Label);
    }

    [Fact]
    public void The_same_configuration_compiles_to_the_same_plan() => Assert.Equal(Print(TestSpecs.Full()), Print(TestSpecs.Full()));

    private static string Print(RuntimeSpec spec, LaunchOptions? options = null) =>
        SyscallProgramListing.Print(LaunchPlanCompiler.Compile(spec, options ?? TestSpecs.Options).Program);
}

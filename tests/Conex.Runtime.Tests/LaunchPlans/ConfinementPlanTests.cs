using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>Labels, Landlock rules and memory policies as calls.</summary>
public sealed class ConfinementPlanTests
{
    private static readonly Landlock Rules = new()
    {
        Ruleset = new LandlockRuleset
        {
            HandledAccessFs = ["execute", "write_file", "refer", "ioctl_dev"],
            HandledAccessNet = ["bind_tcp"],
            Scoped = ["signal"],
        },
        Rules = new LandlockRules
        {
            PathBeneath =
            [
                new LandlockPathBeneath { AllowedAccess = ["execute", "refer"], Paths = ["/usr", "/bin/sh"] },
                new LandlockPathBeneath { AllowedAccess = ["read_file"], Paths = ["/etc"] },
            ],
            NetPort = [new LandlockNetPort { AllowedAccess = ["bind_tcp"], Ports = [80] }],
        },
    };

    private static readonly LaunchOptions Newest = TestSpecs.Options with { LandlockAbi = 7 };

    [Fact]
    public void Labels_and_rules_come_before_the_seccomp_filter_that_might_refuse_them() =>
        GoldenFile.Matches(
            "confined.plan",
            Print(Confined() with { Process = Confined().Process! with { NoNewPrivileges = true } }, TestSpecs.Overlay())
        );

    [Fact]
    public void An_exec_without_labels_has_the_containers()
    {
        Process process = TestSpecs.Minimal("mount").Process!;
        string inherited = SyscallProgramListing.Print(ExecPlanCompiler.Compile(process, NamespaceSet.Mount, Confined(), Newest).Program);
        GoldenFile.Matches("confined-exec.plan", inherited);
        Assert.Contains("\"exec box\"", inherited, StringComparison.Ordinal);
        string own = SyscallProgramListing.Print(
            ExecPlanCompiler.Compile(process with { ApparmorProfile = "other" }, NamespaceSet.Mount, Confined(), Newest).Program
        );
        Assert.Contains("\"exec other\"", own, StringComparison.Ordinal);
        Assert.DoesNotContain("\"exec box\"", own, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "\"context\"")]
    [InlineData("defcontext", "\"defcontext\"")]
    public void The_annotation_of_crun_says_what_the_mount_label_is(string? type, string key)
    {
        RuntimeSpec spec = Confined() with
        {
            Annotations = type is null
                ? null
                : new Dictionary<string, string>(StringComparer.Ordinal) { ["run.oci.mount_context_type"] = type },
        };
        Assert.Contains($"FSCONFIG_SET_STRING, {key}, \"system_u:object_r:file_t:s0\"", Print(spec), StringComparison.Ordinal);
    }

    [Fact]
    public void Rights_that_the_kernel_does_not_know_are_left_out_with_a_warning()
    {
        LaunchPlan plan = Compile(Rules, abi: 1);
        Assert.Contains("{fs=0x3, net=0x0, scoped=0x0}", SyscallProgramListing.Print(plan.Program), StringComparison.Ordinal);
        Assert.Equal(4, plan.Warnings.Count);
        Assert.Contains(
            "this kernel does not know the right \"refer\" (it needs version 2 of the interface and has 1)",
            plan.Warnings[0],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_best_effort_a_right_that_the_kernel_does_not_know_is_an_error() =>
        Refused(Rules with { DisableBestEffort = true }, "this kernel does not know the right \"signal\"", abi: 5);

    [Fact]
    public void Without_landlock_nothing_is_restricted_and_each_right_is_named()
    {
        LaunchPlan plan = Compile(Rules, abi: 0);
        Assert.DoesNotContain("landlock", SyscallProgramListing.Print(plan.Program), StringComparison.Ordinal);
        Assert.Equal(6, plan.Warnings.Count);
    }

    [Fact]
    public void An_unknown_right_is_named() =>
        Refused(new Landlock { Ruleset = new LandlockRuleset { HandledAccessFs = ["fly"] } }, "handledAccessFS has no right \"fly\"");

    [Fact]
    public void A_relative_path_is_refused() =>
        Refused(
            Rules with
            {
                Rules = new LandlockRules { PathBeneath = [new LandlockPathBeneath { AllowedAccess = ["execute"], Paths = ["usr"] }] },
            },
            "the path \"usr\" is not absolute"
        );

    [Fact]
    public void A_number_that_is_no_port_is_refused() =>
        Refused(
            Rules with
            {
                Rules = new LandlockRules { NetPort = [new LandlockNetPort { AllowedAccess = ["bind_tcp"], Ports = [65536] }] },
            },
            "65536 is no port"
        );

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"ruleset\":{\"handledAccessFS\":\"execute\"}}")]
    public void An_annotation_that_holds_no_rules_is_refused(string annotation)
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount") with
        {
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.conex.landlock"] = annotation },
        };
        InvalidSpecException error = Assert.Throws<InvalidSpecException>(() => LaunchPlanCompiler.Compile(spec, Newest));
        Assert.StartsWith("annotation org.conex.landlock: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MPOL_NONE", "0", null, "unknown mode \"MPOL_NONE\"")]
    [InlineData("MPOL_BIND", "0", "MPOL_F_NONE", "unknown flag \"MPOL_F_NONE\"")]
    [InlineData("MPOL_BIND", "1-0", null, "a range that ends before it begins")]
    [InlineData("MPOL_BIND", "a", null, "are no list such as 0-1,3")]
    [InlineData("MPOL_BIND", "0-4000000000", null, "are no list such as 0-1,3")]
    public void A_memory_policy_that_is_none_is_named(string mode, string nodes, string? flag, string sentence)
    {
        InvalidSpecException error = Assert.Throws<InvalidSpecException>(() => Compile(Policy(mode, nodes, flag)));
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_memory_policy_is_a_mode_with_flags_and_a_bit_for_each_node() =>
        Assert.Contains(
            "set_mempolicy(0x8003, &data, 129)",
            SyscallProgramListing.Print(Compile(Policy("MPOL_INTERLEAVE", "0-1,64", "MPOL_F_STATIC_NODES")).Program),
            StringComparison.Ordinal
        );

    private static RuntimeSpec Confined()
    {
        RuntimeSpec spec = TestSpecs.Full();
        return spec with
        {
            Process = spec.Process! with { ApparmorProfile = "box", SelinuxLabel = "system_u:system_r:box_t:s0", Landlock = Rules },
            Mounts = [.. spec.Mounts!, TestSpecs.Entry("/dev/mqueue", "mqueue", "mqueue")],
            Linux = spec.Linux! with { MountLabel = "system_u:object_r:file_t:s0" },
        };
    }

    private static RuntimeSpec Policy(string mode, string nodes, string? flag)
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        return spec with
        {
            Linux = spec.Linux! with
            {
                MemoryPolicy = new LinuxMemoryPolicy
                {
                    Mode = mode,
                    Nodes = nodes,
                    Flags = flag is null ? null : [flag],
                },
            },
        };
    }

    private static void Refused(Landlock rules, string sentence, int abi = 7) =>
        Assert.Contains(sentence, Assert.Throws<InvalidSpecException>(() => Compile(rules, abi)).Message, StringComparison.Ordinal);

    private static LaunchPlan Compile(Landlock rules, int abi)
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        return Compile(spec with { Process = spec.Process! with { Landlock = rules } }, abi);
    }

    private static LaunchPlan Compile(RuntimeSpec spec, int abi = 7) =>
        LaunchPlanCompiler.Compile(spec, TestSpecs.Options with { LandlockAbi = abi });

    private static string Print(RuntimeSpec spec, Conex.Runtime.Rootfs.RootfsAssembly? rootfs = null) =>
        SyscallProgramListing.Print(LaunchPlanCompiler.Compile(spec, Newest with { Rootfs = rootfs }).Program);
}

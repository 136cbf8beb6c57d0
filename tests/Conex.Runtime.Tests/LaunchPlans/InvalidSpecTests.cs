using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>What is wrong in a configuration is said in one sentence that names it.</summary>
public sealed class InvalidSpecTests
{
    [Fact]
    public void An_unknown_namespace_type_is_named() => Refused(TestSpecs.Minimal("mount", "mnt"), "unknown namespace type \"mnt\"");

    [Fact]
    public void A_namespace_named_twice_is_refused() => Refused(TestSpecs.Minimal("mount", "pid", "pid"), "duplicate pid namespace");

    [Fact]
    public void A_container_without_a_mount_namespace_is_refused() => Refused(TestSpecs.Minimal("pid"), "mount namespace");

    [Fact]
    public void A_user_namespace_needs_mappings() => Refused(TestSpecs.Minimal("mount", "user"), "no uid mappings found");

    [Fact]
    public void A_newer_major_version_is_refused() => Refused(TestSpecs.Minimal("mount") with { OciVersion = "2.0.0" }, "ociVersion 2.0.0");

    [Fact]
    public void A_host_name_needs_a_uts_namespace() => Refused(TestSpecs.Minimal("mount") with { Hostname = "x" }, "UTS namespace");

    [Fact]
    public void Empty_arguments_are_refused() => Refused(WithProcess(p => p with { Args = [] }), "process.args is empty");

    [Fact]
    public void A_relative_working_directory_is_refused() => Refused(WithProcess(p => p with { Cwd = "tmp" }), "not absolute");

    [Fact]
    public void An_unknown_limit_is_named() =>
        Refused(
            WithProcess(p =>
                p with
                {
                    Rlimits =
                    [
                        new Rlimit
                        {
                            Type = "RLIMIT_FOO",
                            Soft = 1,
                            Hard = 1,
                        },
                    ],
                }
            ),
            "invalid rlimit type \"RLIMIT_FOO\""
        );

    [Fact]
    public void A_soft_limit_above_the_hard_one_is_refused() =>
        Refused(
            WithProcess(p =>
                p with
                {
                    Rlimits =
                    [
                        new Rlimit
                        {
                            Type = "RLIMIT_CORE",
                            Soft = 2,
                            Hard = 1,
                        },
                    ],
                }
            ),
            "above its hard limit"
        );

    [Theory]
    [InlineData("/proc", "tmpfs", "tmpfs")]
    [InlineData("/proc/self", "bind", "/tmp")]
    [InlineData("/proc/../proc/sys", "bind", "/tmp")]
    public void A_mount_that_covers_procfs_is_refused(string destination, string type, string source) =>
        Refused(TestSpecs.Minimal("mount") with { Mounts = [TestSpecs.Entry(destination, type, source)] }, "/proc");

    [Fact]
    public void A_kernel_parameter_of_the_host_is_refused() =>
        Refused(WithSysctl("vm.swappiness", "mount"), "not in a separate kernel namespace");

    [Fact]
    public void A_kernel_parameter_needs_its_namespace() => Refused(WithSysctl("net.ipv4.ip_forward", "mount"), "network namespace");

    [Fact]
    public void A_hook_has_an_absolute_path() =>
        Refused(
            TestSpecs.Minimal("mount") with
            {
                Hooks = new Hooks { Poststop = [new Hook { Path = "/bin/true" }, new Hook { Path = "true" }] },
            },
            "hooks.poststop[1].path \"true\" is not absolute"
        );

    [Fact]
    public void A_hook_has_a_second_at_least() =>
        Refused(
            TestSpecs.Minimal("mount") with
            {
                Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/bin/true", Timeout = 0 }] },
            },
            "hooks.createRuntime[0].timeout is 0"
        );

    [Fact]
    public void An_unknown_system_call_is_an_error_only_where_an_annotation_asks_for_it()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        spec = spec with
        {
            Linux = spec.Linux! with
            {
                Seccomp = new LinuxSeccomp
                {
                    DefaultAction = "SCMP_ACT_ALLOW",
                    Syscalls = [new LinuxSyscall { Names = ["mkdir", "mkdirr"], Action = "SCMP_ACT_ERRNO" }],
                },
            },
        };
        Assert.NotNull(LaunchPlanCompiler.Compile(spec, TestSpecs.Options));
        Assert.Contains(
            "system call \"mkdirr\" is unknown",
            Assert
                .Throws<FormatException>(() =>
                    LaunchPlanCompiler.Compile(
                        spec with
                        {
                            Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
                            {
                                ["run.oci.seccomp_fail_unknown_syscall"] = "1",
                            },
                        },
                        TestSpecs.Options
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_shared_mount_does_not_lead_out_of_a_user_namespace()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "user");
        LinuxIdMapping[] mapping =
        [
            new()
            {
                ContainerId = 0,
                HostId = 1,
                Size = 1,
            },
        ];
        Refused(
            spec with
            {
                Linux = spec.Linux! with { UidMappings = mapping, GidMappings = mapping },
                Mounts = [TestSpecs.Entry("/a", "bind", "/tmp", "rbind", "rshared")],
            },
            "cannot lead out of a user namespace"
        );
    }

    [Theory]
    [InlineData("eth0", "a-name-of-16-byte", "is no name of a network device")]
    [InlineData("eth0", "a/b", "is no name of a network device")]
    [InlineData("..", null, "is no name of a network device")]
    [InlineData("eth1", "eth0", "two devices shall be named eth0")]
    public void A_network_device_needs_a_name_of_its_own(string device, string? name, string sentence)
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "network");
        Refused(
            spec with
            {
                Linux = spec.Linux! with
                {
                    NetDevices = new Dictionary<string, LinuxNetDevice>(StringComparer.Ordinal)
                    {
                        ["eth9"] = new() { Name = "eth0" },
                        [device] = new() { Name = name },
                    },
                },
            },
            sentence
        );
    }

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(1, -1)]
    [InlineData(4096, 0)]
    [InlineData(1, 1048576)]
    public void A_device_number_that_is_none_is_named(long major, long minor)
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        LinuxDevice device = new()
        {
            Path = "/dev/x",
            Type = "c",
            Major = major,
            Minor = minor,
        };
        Refused(spec with { Linux = spec.Linux! with { Devices = [device] } }, $"device /dev/x: {major}:{minor} is no device number");
    }

    [Theory]
    [InlineData("realtime", 0, 0)]
    [InlineData("monotonic", 0, 1000000000)]
    public void A_time_offset_that_is_none_is_named(string clock, long seconds, uint nanoseconds)
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "time");
        var offsets = new Dictionary<string, LinuxTimeOffset>(StringComparer.Ordinal)
        {
            [clock] = new() { Secs = seconds, Nanosecs = nanoseconds },
        };
        Refused(spec with { Linux = spec.Linux! with { TimeOffsets = offsets } }, $"linux.timeOffsets: {clock}");
    }

    [Fact]
    public void A_network_device_needs_a_network_namespace()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        Refused(
            spec with
            {
                Linux = spec.Linux! with
                {
                    NetDevices = new Dictionary<string, LinuxNetDevice>(StringComparer.Ordinal) { ["eth0"] = new() },
                },
            },
            "linux.netDevices needs a network namespace"
        );
    }

    private static RuntimeSpec WithProcess(Func<Process, Process> change)
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        return spec with { Process = change(spec.Process!) };
    }

    private static RuntimeSpec WithSysctl(string name, params string[] namespaces)
    {
        RuntimeSpec spec = TestSpecs.Minimal(namespaces);
        return spec with { Linux = spec.Linux! with { Sysctl = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "1" } } };
    }

    private static void Refused(RuntimeSpec spec, string sentence)
    {
        InvalidSpecException error = Assert.Throws<InvalidSpecException>(() => LaunchPlanCompiler.Compile(spec, TestSpecs.Options));
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }
}

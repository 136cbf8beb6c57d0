using Conex.Oci.RuntimeSpec;
using Conex.Oci.Tests.RuntimeSpec;
using Conex.Runtime.Tests.LaunchPlans;

namespace Conex.Runtime.Tests.Fuzzing;

/// <summary>Configurations to start from. All but the first two compile as they are.</summary>
internal static class FuzzCorpus
{
    internal static IReadOnlyList<byte[]> Configurations { get; } =
    [
        FullConfig.Utf8,
        TestSpecs.Minimal("mount", "pid").ToUtf8Json(),
        TestSpecs.Full().ToUtf8Json(),
        AsDocker().ToUtf8Json(),
        Everything().ToUtf8Json(),
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "bench-config.json")),
    ];

    /// <summary>What dockerd writes for <c>docker run -m 64m --device … --sysctl …</c>.</summary>
    private static RuntimeSpec AsDocker()
    {
        RuntimeSpec spec = TestSpecs.Full();
        return spec with
        {
            OciVersion = "1.2.1",
            Mounts =
            [
                .. spec.Mounts!,
                TestSpecs.Entry("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
                TestSpecs.Entry("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=67108864"),
                TestSpecs.Entry("/etc/resolv.conf", "bind", "/var/lib/docker/containers/1/resolv.conf", "rbind", "rprivate"),
                TestSpecs.Entry("/etc/hosts", "bind", "/var/lib/docker/containers/1/hosts", "rbind", "rprivate"),
            ],
            Hooks = new Hooks { Prestart = [new Hook { Path = "/proc/1/exe", Args = ["libnetwork-setkey", "1", "2"] }] },
            Linux = spec.Linux! with
            {
                CgroupsPath = "/docker/1",
                MaskedPaths = ["/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/sys/firmware"],
                ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
                Sysctl = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["net.ipv4.ip_unprivileged_port_start"] = "0",
                    ["kernel.shmmax"] = "1",
                },
                Resources = Limits(),
            },
        };
    }

    private static LinuxResources Limits() =>
        new()
        {
            Devices =
            [
                new LinuxDeviceRule { Allow = false, Access = "rwm" },
                new LinuxDeviceRule
                {
                    Allow = true,
                    Type = "c",
                    Major = 10,
                    Minor = 200,
                    Access = "rw",
                },
            ],
            Memory = new LinuxMemory { Limit = 67108864, Swap = 134217728 },
            Cpu = new LinuxCpu
            {
                Shares = 512,
                Quota = 50000,
                Period = 100000,
                Cpus = "0-1",
            },
            Pids = new LinuxPids { Limit = 100 },
            Unified = new Dictionary<string, string>(StringComparer.Ordinal) { ["memory.high"] = "max" },
        };

    /// <summary>Everything at once that can be had at once.</summary>
    private static RuntimeSpec Everything()
    {
        RuntimeSpec spec = AsDocker();
        LinuxIdMapping[] mapping =
        [
            new()
            {
                ContainerId = 0,
                HostId = 100000,
                Size = 65536,
            },
        ];
        return spec with
        {
            Domainname = "example",
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["org.conex.init"] = "true",
                ["run.oci.keep_original_groups"] = "1",
                ["run.oci.mount_context_type"] = "rootcontext",
            },
            Process = spec.Process! with
            {
                Terminal = true,
                NoNewPrivileges = true,
                OomScoreAdj = 100,
                ApparmorProfile = "box",
                Scheduler = new Scheduler { Policy = "SCHED_BATCH", Nice = 5 },
                IoPriority = new IoPriority { Class = "IOPRIO_CLASS_BE", Priority = 4 },
                ExecCpuAffinity = new CpuAffinity { Initial = "0-1,3", Final = "0" },
                Landlock = new Landlock
                {
                    Ruleset = new LandlockRuleset { HandledAccessFs = ["execute"], HandledAccessNet = ["bind_tcp"] },
                    Rules = new LandlockRules
                    {
                        PathBeneath = [new LandlockPathBeneath { AllowedAccess = ["execute"], Paths = ["/usr"] }],
                        NetPort = [new LandlockNetPort { AllowedAccess = ["bind_tcp"], Ports = [80] }],
                    },
                },
            },
            Mounts =
            [
                .. spec.Mounts!,
                TestSpecs.Entry("/copied", "tmpfs", "tmpfs", "tmpcopyup", "mode=0755"),
                TestSpecs.Entry("/mapped", "bind", "/srv", "rbind", "idmap") with
                {
                    UidMappings = mapping,
                    GidMappings = mapping,
                },
            ],
            Hooks = new Hooks
            {
                CreateContainer = [new Hook { Path = "/bin/true", Timeout = 3 }],
                StartContainer = [new Hook { Path = "/bin/true", Env = ["a=b"] }],
                Poststop = [new Hook { Path = "/bin/true" }],
            },
            Linux = spec.Linux! with
            {
                Namespaces = [.. spec.Linux!.Namespaces!, new LinuxNamespace { Type = "user" }, new LinuxNamespace { Type = "time" }],
                UidMappings = mapping,
                GidMappings = mapping,
                TimeOffsets = new Dictionary<string, LinuxTimeOffset>(StringComparer.Ordinal) { ["monotonic"] = new() { Secs = 5 } },
                NetDevices = new Dictionary<string, LinuxNetDevice>(StringComparer.Ordinal) { ["eth9"] = new() { Name = "eth0" } },
                RootfsPropagation = "rslave",
                MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_INTERLEAVE", Nodes = "0-1" },
                Personality = new LinuxPersonality { Domain = "LINUX32" },
                IntelRdt = new LinuxIntelRdt { ClosId = "group", Schemata = ["L3:0=7f0"] },
            },
        };
    }
}

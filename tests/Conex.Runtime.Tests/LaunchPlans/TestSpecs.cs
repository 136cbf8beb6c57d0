using Conex.Oci.RuntimeSpec;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Rootfs;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>Configurations that the plan tests start from.</summary>
internal static class TestSpecs
{
    internal static LaunchOptions Options { get; } =
        new()
        {
            Bundle = "/bundle",
            Id = "test",
            AvailableCapabilities = (1UL << 41) - 1,
            LastCapability = 40,
            Cgroups = [new CgroupView("", "/sys/fs/cgroup/conex/test")],
        };

    internal static RootfsAssembly Overlay(string strategy = "overlay") =>
        new()
        {
            Strategy = strategy,
            Lowers = ["/layers/b", "/layers/a"],
            Upper = "/containers/test/upper",
            Work = "/containers/test/work",
        };

    /// <summary>The least that is a container: new namespaces of the types named, one program.</summary>
    internal static RuntimeSpec Minimal(params string[] namespaces) =>
        new()
        {
            OciVersion = "1.3.0",
            Root = new Root { Path = "rootfs" },
            Process = new Process
            {
                Args = ["/bin/true"],
                Env = ["PATH=/bin"],
                Cwd = "/",
            },
            Linux = new LinuxConfig { Namespaces = [.. namespaces.Select(t => new LinuxNamespace { Type = t })] },
        };

    /// <summary>A container as an engine configures it by default.</summary>
    internal static RuntimeSpec Full() =>
        Minimal("mount", "pid", "network", "ipc", "uts", "cgroup") with
        {
            Hostname = "box",
            Process = new Process
            {
                Args = ["sh", "-c", "echo \"hi\""],
                Env = ["PATH=/usr/bin:/bin", "HOME=/root"],
                Cwd = "/work",
                User = new User
                {
                    Uid = 1000,
                    Gid = 1000,
                    AdditionalGids = [4, 27],
                },
                Capabilities = new Capabilities
                {
                    Bounding = ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
                    Effective = ["CAP_CHOWN", "CAP_KILL"],
                    Permitted = ["CAP_CHOWN", "CAP_KILL"],
                },
                Rlimits =
                [
                    new Rlimit
                    {
                        Type = "RLIMIT_NOFILE",
                        Soft = 1024,
                        Hard = 4096,
                    },
                ],
            },
            Mounts =
            [
                Entry("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
                Entry("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
                Entry("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
                Entry("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
                Entry("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "ro"),
                Entry("/data", "bind", "/srv/data", "rbind", "ro", "rprivate"),
                Entry("/shared", "bind", "/srv/shared", "rbind", "rslave"),
            ],
            Linux = new LinuxConfig
            {
                Namespaces =
                [
                    .. ((string[])["mount", "pid", "network", "ipc", "uts", "cgroup"]).Select(t => new LinuxNamespace { Type = t }),
                ],
                MaskedPaths = ["/proc/kcore", "/sys/firmware"],
                ReadonlyPaths = ["/proc/sys"],
                Sysctl = new Dictionary<string, string>(StringComparer.Ordinal) { ["net.ipv4.ip_forward"] = "1" },
                Devices =
                [
                    new LinuxDevice
                    {
                        Path = "/dev/net/tun",
                        Type = "c",
                        Major = 10,
                        Minor = 200,
                        FileMode = 0x180,
                        Gid = 5,
                    },
                ],
                Seccomp = new LinuxSeccomp
                {
                    DefaultAction = "SCMP_ACT_ERRNO",
                    Architectures = ["SCMP_ARCH_X86_64"],
                    Syscalls = [new LinuxSyscall { Names = ["read", "write", "execve", "exit_group"], Action = "SCMP_ACT_ALLOW" }],
                },
            },
        };

    internal static Mount Entry(string destination, string type, string source, params string[] options) =>
        new()
        {
            Destination = destination,
            Type = type,
            Source = source,
            Options = options,
        };
}

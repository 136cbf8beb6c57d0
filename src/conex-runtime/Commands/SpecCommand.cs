using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary><c>spec</c>: a configuration to begin with.</summary>
internal static class SpecCommand
{
    private static readonly string[] Capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    internal static Command Spec { get; } =
        new()
        {
            Name = "spec",
            Description = "Write a new config.json",
            Usage = "[OPTIONS]",
            Arguments = ArgumentCount.None,
            Options = () => new OptionTable().Text("bundle", 'b', "dir", "The bundle's directory", "."),
            Run = invocation =>
                CommandTable.Guard(
                    invocation,
                    _ =>
                    {
                        string path = $"{Path.GetFullPath(invocation.Text("bundle") ?? ".")}/config.json";
                        if (PathAt.Status(path) is not null)
                        {
                            throw new InvalidSpecException("file config.json exists, remove it first");
                        }
                        AtomicFile.Write(path, Default().ToUtf8Json(), mode: 0x1A4);
                        return 0;
                    }
                ),
        };

    private static RuntimeSpec Default() =>
        new()
        {
            OciVersion = RuntimeSpec.CurrentVersion,
            Hostname = "conex",
            Root = new Root { Path = "rootfs", Readonly = true },
            Process = new Process
            {
                Terminal = true,
                User = new User(),
                Args = ["sh"],
                Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
                Cwd = "/",
                NoNewPrivileges = true,
                Capabilities = new Capabilities
                {
                    Bounding = Capabilities,
                    Effective = Capabilities,
                    Permitted = Capabilities,
                },
                Rlimits =
                [
                    new Rlimit
                    {
                        Type = "RLIMIT_NOFILE",
                        Soft = 1024,
                        Hard = 1024,
                    },
                ],
            },
            Mounts =
            [
                Entry("/proc", "proc", "proc"),
                Entry("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
                Entry("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
                Entry("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
                Entry("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
                Entry("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
                Entry("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
            ],
            Linux = new LinuxConfig
            {
                Resources = new LinuxResources { Devices = [new LinuxDeviceRule { Allow = false, Access = "rwm" }] },
                Namespaces =
                [
                    .. ((string[])["pid", "network", "ipc", "uts", "cgroup", "mount"]).Select(t => new LinuxNamespace { Type = t }),
                ],
                MaskedPaths =
                [
                    "/proc/acpi",
                    "/proc/asound",
                    "/proc/kcore",
                    "/proc/keys",
                    "/proc/latency_stats",
                    "/proc/timer_list",
                    "/proc/timer_stats",
                    "/proc/sched_debug",
                    "/sys/firmware",
                    "/proc/scsi",
                ],
                ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
            },
        };

    private static Mount Entry(string destination, string type, string source, params string[] options) =>
        new()
        {
            Destination = destination,
            Type = type,
            Source = source,
            Options = options,
        };
}

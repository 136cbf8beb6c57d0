using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Linux.Processes;
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
            Options = () =>
                new OptionTable()
                    .Text("bundle", 'b', "dir", "The bundle's directory", ".")
                    .Text("config", 'f', "file", "The configuration's file in the bundle", "config.json")
                    .Flag("rootless", "For the user who calls, without root's rights"),
            Run = invocation =>
                CommandTable.Guard(
                    invocation,
                    _ =>
                    {
                        string name = invocation.Text("config") ?? "config.json";
                        string path = Path.Combine(Path.GetFullPath(invocation.Text("bundle") ?? "."), name);
                        if (PathAt.Status(path) is not null)
                        {
                            throw new InvalidSpecException($"file {name} exists, remove it first");
                        }
                        RuntimeSpec spec = invocation.Flag("rootless") ? Rootless(Default()) : Default();
                        AtomicFile.Write(path, spec.ToUtf8Json(), mode: 0x1A4);
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

    /// <summary>What the caller can have without help: root inside is the caller, the network and /sys are the host's, there are no limits.</summary>
    private static RuntimeSpec Rootless(RuntimeSpec spec)
    {
        LinuxConfig linux = spec.Linux!;
        return spec with
        {
            Mounts =
            [
                .. spec.Mounts!.Select(mount =>
                    mount.Destination switch
                    {
                        "/sys" => Entry("/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro"),
                        // Group 5, tty, is nobody's there.
                        "/dev/pts" => mount with { Options = [.. mount.Options!.Where(o => o != "gid=5")] },
                        _ => mount,
                    }
                ),
            ],
            Linux = linux with
            {
                Resources = null,
                UidMappings = [Own(CurrentProcess.EffectiveUser)],
                GidMappings = [Own(CurrentProcess.EffectiveGroup)],
                Namespaces = [.. linux.Namespaces!.Where(n => n.Type != "network"), new LinuxNamespace { Type = "user" }],
            },
        };
    }

    private static LinuxIdMapping Own(uint id) =>
        new()
        {
            ContainerId = 0,
            HostId = id,
            Size = 1,
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

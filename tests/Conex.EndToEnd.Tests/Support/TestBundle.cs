using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>An OCI bundle with a root of busybox, and a configuration as engines write it, which each test changes.</summary>
internal sealed class TestBundle
{
    private static readonly string[] DefaultCapabilities =
    [
        "CAP_AUDIT_WRITE",
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_FOWNER",
        "CAP_FSETID",
        "CAP_KILL",
        "CAP_MKNOD",
        "CAP_NET_BIND_SERVICE",
        "CAP_NET_RAW",
        "CAP_SETFCAP",
        "CAP_SETGID",
        "CAP_SETPCAP",
        "CAP_SETUID",
        "CAP_SYS_CHROOT",
    ];

    internal TestBundle(string path, string mark)
    {
        Path = path;
        Directory.CreateDirectory(Rootfs);
        BusyBox.Unpack(Rootfs);
        Spec = Default(mark);
    }

    internal string Path { get; }

    internal string Rootfs => $"{Path}/rootfs";

    internal RuntimeSpec Spec { get; private set; }

    internal TestBundle With(Func<RuntimeSpec, RuntimeSpec> change)
    {
        Spec = change(Spec);
        return this;
    }

    internal TestBundle WithProcess(Func<Process, Process> change) => With(s => s with { Process = change(s.Process!) });

    internal TestBundle WithLinux(Func<LinuxConfig, LinuxConfig> change) => With(s => s with { Linux = change(s.Linux!) });

    internal TestBundle WithResources(LinuxResources resources) => WithLinux(l => l with { Resources = resources });

    internal TestBundle Command(params string[] arguments) => WithProcess(p => p with { Args = arguments });

    internal TestBundle Shell(string script) => Command("sh", "-c", script);

    internal TestBundle Mount(string destination, string type, string source, params string[] options) =>
        With(s => s with { Mounts = [.. s.Mounts ?? [], Entry(destination, type, source, options)] });

    internal TestBundle WithoutMount(string destination) =>
        With(s => s with { Mounts = [.. s.Mounts!.Where(m => m.Destination != destination)] });

    /// <summary>Namespaces that are new, and instead of them those that are joined by a path.</summary>
    internal TestBundle Namespaces(params (string Type, string? Path)[] namespaces) =>
        WithLinux(l => l with { Namespaces = [.. namespaces.Select(n => new LinuxNamespace { Type = n.Type, Path = n.Path })] });

    internal TestBundle AddNamespace(string type, string? path = null) =>
        WithLinux(l =>
            l with
            {
                Namespaces = [.. l.Namespaces!.Where(n => n.Type != type), new LinuxNamespace { Type = type, Path = path }],
            }
        );

    internal TestBundle WithoutNamespace(string type) =>
        WithLinux(l => l with { Namespaces = [.. l.Namespaces!.Where(n => n.Type != type)] });

    /// <summary>A new user namespace: the container's 65536 users are the host's from 100000 on.</summary>
    internal TestBundle WithUserNamespace()
    {
        LinuxIdMapping[] mapping =
        [
            new()
            {
                ContainerId = 0,
                HostId = 100_000,
                Size = 65_536,
            },
        ];
        return AddNamespace("user").WithLinux(l => l with { UidMappings = mapping, GidMappings = mapping });
    }

    internal TestBundle Capabilities(params string[] names) =>
        WithProcess(p =>
            p with
            {
                Capabilities = new Capabilities
                {
                    Bounding = names,
                    Effective = names,
                    Permitted = names,
                },
            }
        );

    /// <summary>Puts an executable into the root.</summary>
    internal TestBundle Program(string path, byte[] content)
    {
        string file = $"{Rootfs}{path}";
        Executable.Write(file, content);
        return this;
    }

    internal void Write() => File.WriteAllBytes($"{Path}/config.json", Spec.ToUtf8Json());

    internal static Mount Entry(string destination, string type, string source, params string[] options) =>
        new()
        {
            Destination = destination,
            Type = type,
            Source = source,
            Options = options,
        };

    private static RuntimeSpec Default(string mark) =>
        new()
        {
            OciVersion = "1.2.0",
            Hostname = "box",
            Root = new Root { Path = "rootfs" },
            Process = new Process
            {
                Args = ["true"],
                Env = ["PATH=/usr/bin:/bin", $"CONEX_TEST={mark}"],
                Cwd = "/",
                NoNewPrivileges = true,
                Capabilities = new Capabilities
                {
                    Bounding = DefaultCapabilities,
                    Effective = DefaultCapabilities,
                    Permitted = DefaultCapabilities,
                },
            },
            Mounts =
            [
                Entry("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
                Entry("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
                Entry("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
                Entry("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
                Entry("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
                Entry("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
                Entry("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
            ],
            Linux = new LinuxConfig
            {
                Namespaces =
                [
                    .. ((string[])["pid", "network", "ipc", "uts", "cgroup", "mount"]).Select(t => new LinuxNamespace { Type = t }),
                ],
                Resources = new LinuxResources { Devices = [new LinuxDeviceRule { Allow = false, Access = "rwm" }] },
                MaskedPaths = ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
                ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
            },
        };
}

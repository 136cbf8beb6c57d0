using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime.FailedStarts;

/// <summary>Namespaces, limits, confinement, sockets: what the host refuses.</summary>
internal static class HostFailures
{
    internal static Dictionary<string, FailedStart> All { get; } =
        new(StringComparer.Ordinal)
        {
            ["a namespace limit"] = new("clone3", null, "ENOSPC", "/proc/sys/user/max_*_namespaces", (_, b) => WithoutResources(b))
            {
                Through =
                [
                    "unshare",
                    "--user",
                    "--map-root-user",
                    "sh",
                    "-c",
                    "echo 0 >/proc/sys/user/max_net_namespaces; exec \"$0\" --cgroup-manager disabled \"$@\"",
                ],
            },
            ["no right to make namespaces"] = new("clone3", null, "EPERM", "CAP_SYS_ADMIN", (_, b) => WithoutResources(b))
            {
                Through =
                [
                    "setpriv",
                    "--bounding-set",
                    "-sys_admin",
                    "--inh-caps",
                    "-all",
                    "sh",
                    "-c",
                    "exec \"$0\" --cgroup-manager disabled \"$@\"",
                ],
            },
            ["no more processes"] = new(
                "clone3",
                "go on as a process in the joined namespaces",
                "EAGAIN",
                "allows no more processes",
                // With so little memory the limits come before the process.
                (_, b) =>
                    b.WithResources(
                            new()
                            {
                                Pids = new() { Limit = 1 },
                                Memory = new() { Limit = 16 << 20 },
                            }
                        )
                        .AddNamespace("network", "/proc/self/ns/net")
            ),
            ["a namespace that has gone"] = new(
                "*",
                "join the namespace /no/such",
                "ENOENT",
                "it has gone",
                (_, b) => b.AddNamespace("network", "/no/such")
            ),
            ["a namespace of another type"] = new(
                "setns",
                "join the namespace /proc/self/ns/uts",
                "EINVAL",
                "no namespace of that type",
                (_, b) => b.AddNamespace("network", "/proc/self/ns/uts")
            ),
            ["a time offset out of range"] = new(
                "write",
                "make a time namespace with its offsets",
                "ERANGE",
                "below zero or past 146 years",
                (_, b) =>
                    b.AddNamespace("time")
                        .WithLinux(l =>
                            l with
                            {
                                TimeOffsets = new Dictionary<string, LinuxTimeOffset>(StringComparer.Ordinal)
                                {
                                    ["boottime"] = new() { Secs = -99_999_999_999 },
                                },
                            }
                        )
            ),
            ["a user that is not mapped"] = new(
                null,
                null,
                null,
                "process.user.uid 70000 is not mapped in",
                (_, b) => b.WithUserNamespace().WithProcess(p => p with { User = new() { Uid = 70_000 } })
            ),
            ["a group that is not mapped"] = new(
                null,
                null,
                null,
                "process.user.additionalGids 70000 is not mapped in",
                (_, b) => b.WithUserNamespace().WithProcess(p => p with { User = new() { AdditionalGids = [70_000] } })
            ),
            ["mappings that overlap"] = new(
                "write",
                "/proc/*_map",
                "EINVAL",
                "overlaps another",
                (_, b) => b.WithUserNamespace().WithLinux(l => l with { GidMappings = [.. l.GidMappings!, .. l.GidMappings!] })
            ),
            ["a hard limit above the host's"] = new(
                "prlimit64",
                "set RLIMIT_NOFILE to 99999999:99999999",
                "EPERM",
                "CAP_SYS_RESOURCE",
                (_, b) =>
                    b.WithProcess(p =>
                        p with
                        {
                            Rlimits =
                            [
                                new()
                                {
                                    Type = "RLIMIT_NOFILE",
                                    Soft = 99_999_999,
                                    Hard = 99_999_999,
                                },
                            ],
                        }
                    )
            ),
            ["an OOM score below the starter's"] = new(
                "write",
                "/proc/*/oom_score_adj",
                "EACCES",
                "CAP_SYS_RESOURCE",
                (_, b) => b.WithProcess(p => p with { OomScoreAdj = -999 })
            )
            {
                Through = ["setpriv", "--bounding-set", "-sys_resource", "--inh-caps", "-all"],
            },
            ["a memory limit that is too small for the start"] = new(
                null,
                null,
                null,
                "the memory limit is too small",
                (_, b) => b.WithResources(new() { Memory = new() { Limit = 4096 } })
            )
            {
                // The kernel decides when the memory is short: the payload may just have begun.
                Or = (137, "was killed for lack of memory"),
            },
            ["a memory limit that is too small for the payload"] = new(
                null,
                null,
                null,
                "was killed for lack of memory",
                (_, b) => b.WithResources(new() { Memory = new() { Limit = 4 << 20 } }).Shell("x=a; while :; do x=$x$x; done")
            )
            {
                ExitCode = 128 + 9,
            },
            ["CPUs that the host has not"] = new(
                null,
                null,
                null,
                "has not all of these CPUs",
                (_, b) => b.WithResources(new() { Cpu = new() { Cpus = "90" } })
            ),
            ["a quota that is too small"] = new(
                null,
                null,
                null,
                "the least quota is 1000",
                (_, b) => b.WithResources(new() { Cpu = new() { Quota = 10 } })
            ),
            ["a cgroup tree that is read-only"] = new(
                "create cgroup",
                "/sys/fs/cgroup/*",
                "EROFS",
                "delegate a part of the tree",
                (_, _) => { }
            )
            {
                Through =
                [
                    "unshare",
                    "--mount",
                    "sh",
                    "-c",
                    "for m in $(grep -o ' /sys/fs/cgroup/[^ ]*' /proc/mounts); do mount -o remount,bind,ro $m; done; exec \"$0\" \"$@\"",
                ],
            },
            ["an AppArmor profile where there is no AppArmor"] = new(
                "write",
                "apply the AppArmor profile nothing",
                "EINVAL",
                "AppArmor is not active",
                (_, b) => b.WithProcess(p => p with { ApparmorProfile = "nothing" })
            ),
            ["an SELinux label where there is no SELinux"] = new(
                "write",
                "apply the SELinux label *",
                "EINVAL",
                "SELinux is not active",
                (_, b) => b.WithProcess(p => p with { SelinuxLabel = "system_u:system_r:container_t:s0" })
            ),
            ["a kernel parameter that does not exist"] = new(
                "openat2",
                "set kernel parameter net.no.such",
                "ENOENT",
                "no such parameter",
                (_, b) => Sysctl(b, "net.no.such", "1")
            ),
            ["a value that a kernel parameter does not take"] = new(
                "write",
                "set kernel parameter net.ipv4.ip_default_ttl",
                "EINVAL",
                "takes no such value",
                (_, b) => Sysctl(b, "net.ipv4.ip_default_ttl", "bananas")
            ),
            ["a node without the right to make one"] = new("mknodat", "create *", "EPERM", "CAP_MKNOD", (_, _) => { })
            {
                Through = ["setpriv", "--bounding-set", "-mknod", "--inh-caps", "-all"],
            },
            ["a console socket that is missing"] = new(
                "connect to",
                "/no/such.sock",
                "ENOENT",
                "before the container is made",
                (_, b) => b.WithProcess(p => p with { Terminal = true })
            )
            {
                Options = ["-d", "--console-socket", "/no/such.sock"],
            },
            ["a console socket that is none"] = new(
                "connect to",
                "/etc/passwd",
                "ECONNREFUSED",
                "it is no socket",
                (_, b) => b.WithProcess(p => p with { Terminal = true })
            )
            {
                Options = ["-d", "--console-socket", "/etc/passwd"],
            },
            ["a terminal without a devpts"] = new(
                "*",
                "open a terminal of the container's devpts",
                "ENOENT",
                "mounts no devpts",
                (_, b) => b.WithoutMount("/dev/pts").WithProcess(p => p with { Terminal = true })
            )
            {
                Options = ["-d", "--console-socket", "/no/such.sock"],
            },
            ["too many open files"] = new("*", null, "EMFILE", "RLIMIT_NOFILE", (_, _) => { })
            {
                Through = ["sh", "-c", "ulimit -n 8; exec \"$0\" \"$@\""],
            },
            ["a host name that is too long"] = new(
                "sethostname",
                "set the host name *",
                "EINVAL",
                "longer than 64",
                (_, b) => b.With(s => s with { Hostname = new string('x', 65) })
            ),
        };

    private static void WithoutResources(TestBundle bundle) =>
        bundle.WithLinux(l => l with { Resources = null }).WithoutMount("/sys/fs/cgroup");

    private static void Sysctl(TestBundle bundle, string name, string value) =>
        bundle.WithLinux(l => l with { Sysctl = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value } });
}

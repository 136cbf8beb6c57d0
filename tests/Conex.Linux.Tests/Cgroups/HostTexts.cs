namespace Conex.Linux.Tests.Cgroups;

/// <summary>Lines of /proc/self/mountinfo and /proc/self/cgroup as hosts of each kind have them.</summary>
internal static class HostTexts
{
    internal const string LegacyMounts = """
        22 27 0:21 / /proc rw,relatime - proc proc rw
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset,clone_children
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,release_agent=/lib/systemd/agent,name=systemd

        """;

    internal const string LegacyMembership = """
        10:name=systemd:/user.slice
        4:memory:/process_api/8bcb
        3:cpuset:/
        2:cpuacct,cpu:/docker/a:b

        """;

    internal const string UnifiedTree = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n";

    internal const string UnifiedMounts = """
        22 27 0:21 / /proc rw,relatime - proc proc rw
        31 23 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
        50 27 0:99 / /run/cgroup2 rw,relatime - tmpfs cgroup2 rw

        """;
}

namespace Conex.Runtime.LaunchPlans;

/// <summary>Paths of the container's procfs, and what may be mounted there.</summary>
internal static class ProcPaths
{
    /// <summary>PROC_SUPER_MAGIC, statfs(2).</summary>
    internal const long Magic = 0x9fa0;

    /// <summary>Files that a container may replace (LXCFS does); anything else there would blind the runtime (CVE-2019-19921).</summary>
    private static readonly string[] Replaceable =
    [
        "/proc/cpuinfo",
        "/proc/diskstats",
        "/proc/meminfo",
        "/proc/stat",
        "/proc/swaps",
        "/proc/uptime",
        "/proc/loadavg",
        "/proc/slabinfo",
        "/proc/sys/kernel/ns_last_pid",
        "/proc/sys/crypto/fips_enabled",
    ];

    /// <summary>Whether a normalized path is /proc or below it.</summary>
    internal static bool Holds(string path) => path == "/proc" || IsBelow(path);

    /// <summary>Whether nothing may be mounted at a normalized path, whatever it is.</summary>
    internal static bool Refuses(string path) => IsBelow(path) && Array.IndexOf(Replaceable, path) < 0;

    private static bool IsBelow(string path) => path.StartsWith("/proc/", StringComparison.Ordinal);
}

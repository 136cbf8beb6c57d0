using System.Globalization;

namespace Hello;

/// <summary>The limits of the container's cgroup, on cgroup v1 and v2.</summary>
internal static class CgroupFacts
{
    private const string Root = "/sys/fs/cgroup";
    private const long Unlimited = 1L << 60;

    internal static void Describe(Report report)
    {
        report.Fact("memory", Memory());
        report.Fact("CPU", Cpu());
        string? processes = Report.Read($"{Root}/pids/pids.max") ?? Report.Read($"{Root}/pids.max");
        report.Fact("processes", processes is null or "max" ? "no limit" : $"at most {processes}");
    }

    private static string Memory()
    {
        string? text = Report.Read($"{Root}/memory/memory.limit_in_bytes") ?? Report.Read($"{Root}/memory.max");
        return long.TryParse(text, out long bytes) && bytes < Unlimited
            ? $"at most {(bytes / 1048576.0).ToString("0.#", CultureInfo.InvariantCulture)} MiB"
            : "no limit";
    }

    private static string Cpu()
    {
        string? quota = Report.Read($"{Root}/cpu/cpu.cfs_quota_us");
        string? period = Report.Read($"{Root}/cpu/cpu.cfs_period_us");
        if (quota is null && Report.Read($"{Root}/cpu.max")?.Split(' ') is [var max, var length])
        {
            (quota, period) = (max, length);
        }
        return double.TryParse(quota, out double time) && double.TryParse(period, out double span) && time > 0
            ? $"at most {(time / span).ToString("0.##", CultureInfo.InvariantCulture)} of {Environment.ProcessorCount}"
            : $"no limit, {Environment.ProcessorCount} to be seen";
    }
}

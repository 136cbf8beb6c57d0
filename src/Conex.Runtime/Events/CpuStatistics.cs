using System.Globalization;
using System.Text.Json;
using Conex.Linux.Cgroups;

namespace Conex.Runtime.Events;

/// <summary>CPU time in nanoseconds, and the CPUs and memory nodes of a container.</summary>
internal static class CpuStatistics
{
    /// <summary>Files of version 1 and the members that they fill.</summary>
    private static readonly (string Member, string File)[] Placement =
    [
        ("mem_hardwall", "cpuset.mem_hardwall"),
        ("mem_exclusive", "cpuset.mem_exclusive"),
        ("memory_migrate", "cpuset.memory_migrate"),
        ("memory_spread_page", "cpuset.memory_spread_page"),
        ("memory_spread_slab", "cpuset.memory_spread_slab"),
        ("memory_pressure", "cpuset.memory_pressure"),
        ("sched_load_balance", "cpuset.sched_load_balance"),
    ];

    internal static void Write(Utf8JsonWriter json, Cgroup cgroup)
    {
        CpuUsage cpu = cgroup.ReadStatistics().Cpu ?? new CpuUsage(0, 0, 0, 0, 0, 0);
        json.WriteStartObject("cpu");
        json.WriteStartObject("usage");
        json.WriteUnlessZero("total", cpu.Total);
        if (cgroup.TryRead("cpuacct", "cpuacct.usage_percpu") is { } each)
        {
            WriteNumbers(json, "percpu", each.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        if (cgroup.TryRead("cpuacct", "cpuacct.usage_all") is { } all)
        {
            // cpu user system, then a line for each CPU
            string[][] rows = [.. all.Split('\n').Skip(1).Select(line => line.Split(' ')).Where(row => row.Length == 3)];
            WriteNumbers(json, "percpu_kernel", rows.Select(row => row[2]));
            WriteNumbers(json, "percpu_user", rows.Select(row => row[1]));
        }
        json.WriteNumber("kernel", cpu.Kernel);
        json.WriteNumber("user", cpu.User);
        json.WriteEndObject();
        json.WriteStartObject("throttling");
        json.WriteUnlessZero("periods", cpu.Periods);
        json.WriteUnlessZero("throttledPeriods", cpu.ThrottledPeriods);
        json.WriteUnlessZero("throttledTime", cpu.Throttled);
        json.WriteEndObject();
        json.WritePressure(cgroup, "cpu.pressure");
        json.WriteEndObject();
    }

    /// <summary>Counters of cgroup v1; version 2 has none of them.</summary>
    internal static void WritePlacement(Utf8JsonWriter json, Cgroup cgroup)
    {
        bool legacy = cgroup.Host.VersionOf("cpuset") == CgroupVersion.V1;
        json.WriteStartObject("cpuset");
        WriteList(json, "cpus", legacy ? cgroup.TryRead("cpuset", "cpuset.cpus") : null);
        json.WriteNumber("cpu_exclusive", legacy ? StatisticsFile.Number(cgroup, "cpuset", "cpuset.cpu_exclusive") : 0);
        WriteList(json, "mems", legacy ? cgroup.TryRead("cpuset", "cpuset.mems") : null);
        foreach ((string member, string file) in Placement)
        {
            json.WriteNumber(member, legacy ? StatisticsFile.Number(cgroup, "cpuset", file) : 0);
        }
        string? level = legacy ? cgroup.TryRead("cpuset", "cpuset.sched_relax_domain_level") : null;
        json.WriteNumber("sched_relax_domain_level", long.TryParse(level, CultureInfo.InvariantCulture, out long value) ? value : 0);
        json.WriteEndObject();
    }

    /// <summary><c>0-2,7</c> as an array.</summary>
    private static void WriteList(Utf8JsonWriter json, string member, string? list)
    {
        if (string.IsNullOrEmpty(list))
        {
            return;
        }
        json.WriteStartArray(member);
        foreach (string range in list.Split(','))
        {
            string[] ends = range.Split('-');
            if (ushort.TryParse(ends[0], out ushort first) && ushort.TryParse(ends[^1], out ushort last))
            {
                for (int number = first; number <= last; number++)
                {
                    json.WriteNumberValue(number);
                }
            }
        }
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string member, IEnumerable<string> numbers)
    {
        json.WriteStartArray(member);
        foreach (string number in numbers)
        {
            json.WriteNumberValue(ulong.TryParse(number, CultureInfo.InvariantCulture, out ulong value) ? value : 0);
        }
        json.WriteEndArray();
    }
}

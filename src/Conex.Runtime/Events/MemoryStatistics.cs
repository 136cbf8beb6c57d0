using System.Text.Json;
using Conex.Linux.Cgroups;

namespace Conex.Runtime.Events;

/// <summary>Memory in bytes.</summary>
internal static class MemoryStatistics
{
    internal static void Write(Utf8JsonWriter json, Cgroup cgroup)
    {
        SortedDictionary<string, ulong> details = StatisticsFile.Keyed(cgroup, "memory", "memory.stat");
        bool unified = cgroup.Host.VersionOf("memory") == CgroupVersion.V2;
        json.WriteStartObject("memory");
        json.WriteUnlessZero("cache", details.GetValueOrDefault(unified ? "file" : "cache"));
        if (unified)
        {
            WriteUnified(json, cgroup);
        }
        else
        {
            WriteLegacy(json, cgroup, "usage", "memory");
            WriteLegacy(json, cgroup, "swap", "memory.memsw");
            WriteLegacy(json, cgroup, "kernel", "memory.kmem");
            WriteLegacy(json, cgroup, "kernelTCP", "memory.kmem.tcp");
        }
        if (details.Count > 0)
        {
            json.WriteStartObject("raw");
            foreach ((string name, ulong value) in details)
            {
                json.WriteNumber(name, value);
            }
            json.WriteEndObject();
        }
        json.WritePressure(cgroup, "memory.pressure");
        json.WriteEndObject();
    }

    private static void WriteLegacy(Utf8JsonWriter json, Cgroup cgroup, string member, string prefix)
    {
        WriteEntry(json, member, Value("limit_in_bytes"), Value("usage_in_bytes"), Value("max_usage_in_bytes"), Value("failcnt"));

        ulong Value(string file) => StatisticsFile.Number(cgroup, "memory", $"{prefix}.{file}");
    }

    /// <summary>Swap counts memory too, as it does in version 1; kernel memory is in version 2 a part of the rest.</summary>
    private static void WriteUnified(Utf8JsonWriter json, Cgroup cgroup)
    {
        ulong limit = StatisticsFile.Limit(cgroup, "memory", "memory.max");
        ulong swapLimit = StatisticsFile.Limit(cgroup, "memory", "memory.swap.max");
        ulong usage = StatisticsFile.Number(cgroup, "memory", "memory.current");
        ulong swap = StatisticsFile.Number(cgroup, "memory", "memory.swap.current");
        ulong both = limit == ulong.MaxValue || swapLimit == ulong.MaxValue ? ulong.MaxValue : limit + swapLimit;
        WriteEntry(json, "usage", limit, usage, StatisticsFile.Number(cgroup, "memory", "memory.peak"), 0);
        WriteEntry(json, "swap", both, usage + swap, 0, 0);
        WriteEntry(json, "kernel", 0, 0, 0, 0);
        WriteEntry(json, "kernelTCP", 0, 0, 0, 0);
    }

    private static void WriteEntry(Utf8JsonWriter json, string member, ulong limit, ulong usage, ulong most, ulong failures)
    {
        json.WriteStartObject(member);
        json.WriteNumber("limit", limit);
        json.WriteUnlessZero("usage", usage);
        json.WriteUnlessZero("max", most);
        json.WriteNumber("failcnt", failures);
        json.WriteEndObject();
    }
}

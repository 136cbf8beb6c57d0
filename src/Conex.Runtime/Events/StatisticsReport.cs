using System.Text.Json;
using Conex.Linux.Cgroups;

namespace Conex.Runtime.Events;

/// <summary>The events that <c>events</c> prints, a line of JSON each, member by member as runc does: containerd and docker parse it.</summary>
public static class StatisticsReport
{
    /// <summary>What the container has used up to now.</summary>
    /// <param name="resctrl">Where its use of caches and bandwidth is counted; null where it is not.</param>
    public static byte[] Statistics(string id, Cgroup cgroup, ResctrlStatistics? resctrl) =>
        Line(
            id,
            "stats",
            json =>
            {
                json.WriteStartObject("data");
                CpuStatistics.Write(json, cgroup);
                CpuStatistics.WritePlacement(json, cgroup);
                MemoryStatistics.Write(json, cgroup);
                WritePids(json, cgroup);
                BlockIoStatistics.Write(json, cgroup);
                HugepageStatistics.Write(json, cgroup);
                json.WriteStartObject("intel_rdt");
                resctrl?.Write(json);
                json.WriteEndObject();
                // runc knows only interfaces that it made itself, which engines do not ask for.
                json.WriteNull("network_interfaces");
                json.WriteEndObject();
            }
        );

    /// <summary>Memory ran out.</summary>
    public static byte[] OutOfMemory(string id) => Line(id, "oom", _ => { });

    private static void WritePids(Utf8JsonWriter json, Cgroup cgroup)
    {
        json.WriteStartObject("pids");
        json.WriteUnlessZero("current", StatisticsFile.Number(cgroup, "pids", "pids.current"));
        json.WriteUnlessZero("limit", StatisticsFile.Number(cgroup, "pids", "pids.max"));
        json.WriteEndObject();
    }

    private static byte[] Line(string id, string type, Action<Utf8JsonWriter> members)
    {
        using var stream = new MemoryStream(4096);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("id", id);
            members(json);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }
}

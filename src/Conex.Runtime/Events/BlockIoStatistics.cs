using System.Globalization;
using System.Text.Json;
using Conex.Linux.Cgroups;

namespace Conex.Runtime.Events;

/// <summary>Block I/O by device and operation.</summary>
internal static class BlockIoStatistics
{
    /// <summary>Counters of version 1 after the scheduler's prefix; the throttling layer counts the first two whatever the scheduler.</summary>
    private static readonly (string Member, string File)[] Counters =
    [
        ("ioServiceBytesRecursive", "io_service_bytes_recursive"),
        ("ioServicedRecursive", "io_serviced_recursive"),
        ("ioQueueRecursive", "io_queued_recursive"),
        ("ioServiceTimeRecursive", "io_service_time_recursive"),
        ("ioWaitTimeRecursive", "io_wait_time_recursive"),
        ("ioMergedRecursive", "io_merged_recursive"),
        ("ioTimeRecursive", "time_recursive"),
        ("sectorsRecursive", "sectors_recursive"),
    ];

    private static readonly string[] Prefixes = ["blkio.bfq.", "blkio.", "blkio.throttle."];

    internal static void Write(Utf8JsonWriter json, Cgroup cgroup)
    {
        json.WriteStartObject("blkio");
        if (cgroup.Host.VersionOf("blkio") == CgroupVersion.V1)
        {
            foreach ((string member, string file) in Counters)
            {
                WriteEntries(json, member, LegacyEntries(cgroup, file));
            }
        }
        else
        {
            List<Entry> all = [.. UnifiedEntries(cgroup)];
            WriteEntries(json, "ioServiceBytesRecursive", all.FindAll(e => e.Unit == "bytes"));
            WriteEntries(json, "ioServicedRecursive", all.FindAll(e => e.Unit == "ios"));
            json.WritePressure(cgroup, "io.pressure");
        }
        json.WriteEndObject();
    }

    private static List<Entry> LegacyEntries(Cgroup cgroup, string file)
    {
        List<Entry> entries = [];
        foreach (string prefix in Prefixes)
        {
            // 8:0 Read 4096; without an operation for times and sectors; at the end a sum that begins with no device.
            foreach (string line in (cgroup.TryRead("blkio", prefix + file) ?? "").Split('\n'))
            {
                string[] fields = line.Split(' ');
                if (fields.Length is 2 or 3 && Device(fields[0]) is { } device && Number(fields[^1]) is { } value)
                {
                    entries.Add(new Entry(device, fields.Length == 3 ? fields[1] : "", "", value));
                }
            }
            if (entries.Count > 0)
            {
                break;
            }
        }
        return entries;
    }

    /// <summary><c>8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0</c>.</summary>
    private static IEnumerable<Entry> UnifiedEntries(Cgroup cgroup)
    {
        foreach (string line in (cgroup.TryRead("io", "io.stat") ?? "").Split('\n'))
        {
            string[] fields = line.Split(' ');
            foreach (string field in fields.Skip(1))
            {
                int equals = field.IndexOf('=');
                string operation = field.StartsWith('r') ? "Read" : "Write";
                if (equals > 1 && field[0] is 'r' or 'w' && Device(fields[0]) is { } device && Number(field[(equals + 1)..]) is { } value)
                {
                    yield return new Entry(device, operation, field[1..equals], value);
                }
            }
        }
    }

    private static void WriteEntries(Utf8JsonWriter json, string member, List<Entry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }
        json.WriteStartArray(member);
        foreach (Entry entry in entries)
        {
            json.WriteStartObject();
            json.WriteUnlessZero("major", entry.Device.Major);
            json.WriteUnlessZero("minor", entry.Device.Minor);
            if (entry.Operation.Length > 0)
            {
                json.WriteString("op", entry.Operation);
            }
            json.WriteUnlessZero("value", entry.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static (uint Major, uint Minor)? Device(string text)
    {
        int colon = text.IndexOf(':');
        return
            colon > 0
            && uint.TryParse(text.AsSpan(0, colon), CultureInfo.InvariantCulture, out uint major)
            && uint.TryParse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture, out uint minor)
            ? (major, minor)
            : null;
    }

    private static ulong? Number(string text) => ulong.TryParse(text, CultureInfo.InvariantCulture, out ulong value) ? value : null;

    /// <param name="Unit">bytes or ios, in version 2.</param>
    private readonly record struct Entry((uint Major, uint Minor) Device, string Operation, string Unit, ulong Value);
}

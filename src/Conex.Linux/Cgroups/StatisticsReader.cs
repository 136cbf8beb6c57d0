using System.Globalization;
using System.Text;

namespace Conex.Linux.Cgroups;

/// <summary>Reads the counters of both versions into one record.</summary>
internal static class StatisticsReader
{
    /// <summary>Version 1 has no word for unlimited: the largest whole number of pages in a long.</summary>
    private const ulong LegacyUnlimited = 0x7fff_ffff_ffff_0000;

    internal static CgroupStatistics Read(Cgroup cgroup) => new(Cpu(cgroup), Memory(cgroup), Pids(cgroup), Io(cgroup));

    private static CpuUsage? Cpu(Cgroup cgroup)
    {
        Span<byte> buffer = stackalloc byte[1024];
        if (cgroup.NodeOf("cpuacct") is { } accounting)
        {
            ReadOnlySpan<byte> stat = cgroup.NodeOf("cpu") is { } cpu ? cpu.TryRead("cpu.stat", buffer) : [];
            return new CpuUsage(
                Number(accounting, "cpuacct.usage") ?? 0,
                Number(accounting, "cpuacct.usage_user") ?? 0,
                Number(accounting, "cpuacct.usage_sys") ?? 0,
                FlatKeyed.Find(stat, "nr_periods"u8) ?? 0,
                FlatKeyed.Find(stat, "nr_throttled"u8) ?? 0,
                FlatKeyed.Find(stat, "throttled_time"u8) ?? 0
            );
        }
        // cpu.stat exists in every version 2 cgroup, also without the controller.
        ReadOnlySpan<byte> text = cgroup.UnifiedNode is { } node ? node.TryRead("cpu.stat", buffer) : [];
        return text.Length == 0
            ? null
            : new CpuUsage(
                (FlatKeyed.Find(text, "usage_usec"u8) ?? 0) * 1000,
                (FlatKeyed.Find(text, "user_usec"u8) ?? 0) * 1000,
                (FlatKeyed.Find(text, "system_usec"u8) ?? 0) * 1000,
                FlatKeyed.Find(text, "nr_periods"u8) ?? 0,
                FlatKeyed.Find(text, "nr_throttled"u8) ?? 0,
                (FlatKeyed.Find(text, "throttled_usec"u8) ?? 0) * 1000
            );
    }

    private static MemoryUsage? Memory(Cgroup cgroup)
    {
        if (cgroup.NodeOf("memory") is not { } node)
        {
            return null;
        }
        bool unified = node.IsUnified;
        if (Number(node, unified ? "memory.current" : "memory.usage_in_bytes") is not { } usage)
        {
            return null;
        }
        ulong? limit = Number(node, unified ? "memory.max" : "memory.limit_in_bytes");
        ulong? both = unified ? null : Number(node, "memory.memsw.usage_in_bytes");
        Span<byte> buffer = stackalloc byte[512];
        return new MemoryUsage(
            usage,
            Number(node, unified ? "memory.peak" : "memory.max_usage_in_bytes"),
            limit >= LegacyUnlimited ? null : limit,
            unified ? Number(node, "memory.swap.current")
                : both is { } sum ? sum - Math.Min(sum, usage)
                : null,
            (unified ? FlatKeyed.Find(node.TryRead("memory.events", buffer), "max"u8) : Number(node, "memory.failcnt")) ?? 0,
            Details(cgroup.TryRead("memory", "memory.stat") ?? "")
        );
    }

    private static PidsUsage? Pids(Cgroup cgroup) =>
        cgroup.NodeOf("pids") is { } node && Number(node, "pids.current") is { } current
            ? new PidsUsage(current, Number(node, "pids.max"))
            : null;

    private static List<DeviceIo> Io(Cgroup cgroup)
    {
        var devices = new Dictionary<(uint, uint), DeviceIo>();
        if (cgroup.TryRead("io", "io.stat") is { } unified)
        {
            foreach (string line in unified.Split('\n'))
            {
                // 8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0
                string[] fields = line.Split(' ');
                foreach (string field in fields.AsSpan(1))
                {
                    int equals = field.IndexOf('=');
                    Count(devices, fields[0], equals < 0 ? "" : field[..equals], field[(equals + 1)..]);
                }
            }
        }
        foreach ((string file, string suffix) in new[] { ("io_service_bytes", "bytes"), ("io_serviced", "ios") })
        {
            string? text = cgroup.TryRead("blkio", $"blkio.throttle.{file}_recursive");
            foreach (string line in (text ?? "").Split('\n'))
            {
                // 8:0 Read 4096
                string[] fields = line.Split(' ');
                if (fields.Length == 3)
                {
                    Count(
                        devices,
                        fields[0],
                        fields[1] switch
                        {
                            "Read" => "r" + suffix,
                            "Write" => "w" + suffix,
                            _ => "",
                        },
                        fields[2]
                    );
                }
            }
        }
        return [.. devices.Values];
    }

    private static void Count(Dictionary<(uint, uint), DeviceIo> devices, string device, string key, string value)
    {
        int colon = device.IndexOf(':');
        if (
            colon < 0
            || !uint.TryParse(device.AsSpan(0, colon), CultureInfo.InvariantCulture, out uint major)
            || !uint.TryParse(device.AsSpan(colon + 1), CultureInfo.InvariantCulture, out uint minor)
            || !ulong.TryParse(value, CultureInfo.InvariantCulture, out ulong number)
        )
        {
            return;
        }
        DeviceIo io = devices.GetValueOrDefault((major, minor)) ?? new DeviceIo(major, minor, 0, 0, 0, 0);
        devices[(major, minor)] = key switch
        {
            "rbytes" => io with { ReadBytes = number },
            "wbytes" => io with { WrittenBytes = number },
            "rios" => io with { Reads = number },
            "wios" => io with { Writes = number },
            _ => io,
        };
    }

    private static Dictionary<string, ulong> Details(string text)
    {
        var details = new Dictionary<string, ulong>(64, StringComparer.Ordinal);
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = text.AsSpan(range);
            int space = line.IndexOf(' ');
            if (space > 0 && ulong.TryParse(line[(space + 1)..], CultureInfo.InvariantCulture, out ulong value))
            {
                details[line[..space].ToString()] = value;
            }
        }
        return details;
    }

    /// <summary>The single number in a file; null when the file is missing or says <c>max</c>.</summary>
    private static ulong? Number(CgroupNode node, string file)
    {
        Span<byte> buffer = stackalloc byte[32];
        return ulong.TryParse(Encoding.UTF8.GetString(node.TryRead(file, buffer)), CultureInfo.InvariantCulture, out ulong value)
            ? value
            : null;
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Runtime.Resources;
using Conex.Runtime.State;

namespace Conex.Runtime.Events;

/// <summary>The <c>intel_rdt</c> part of the statistics, with runc's members: what the processor has, what the container may use of it, and
/// what the monitors of its group count (the kernel's resctrl.rst). What cannot be read is left out.</summary>
/// <param name="root">Where resctrl is mounted.</param>
/// <param name="groups">The container's.</param>
public sealed class ResctrlStatistics(string root, ResctrlGroups groups)
{
    private const string CacheMonitor = "L3_MON";

    /// <summary>Null for a container without a group, and where resctrl is not mounted any more.</summary>
    internal static ResctrlStatistics? Of(ContainerRecord record) =>
        record.Resctrl is { } groups && ResctrlGroups.TryFindRoot() is { } root ? new ResctrlStatistics(root, groups) : null;

    /// <summary>Writes the members into an object that was begun.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (Read($"{root}/info/L3/num_closids") is not null)
        {
            json.WriteStartObject("l3_cache_info");
            WriteText(json, "cbm_mask", Read($"{root}/info/L3/cbm_mask"));
            WriteNumbers(json, "L3", "min_cbm_bits", "num_closids");
            json.WriteEndObject();
            WriteSchema(json, "l3_cache_schema", "L3");
        }
        if (Read($"{root}/info/MB/num_closids") is not null)
        {
            json.WriteStartObject("mem_bw_info");
            WriteNumbers(json, "MB", "bandwidth_gran", "delay_linear", "min_bandwidth", "num_closids");
            json.WriteEndObject();
            WriteSchema(json, "mem_bw_schema", "MB");
        }
        WriteMonitors(json);
    }

    private void WriteSchema(Utf8JsonWriter json, string name, string resource)
    {
        WriteText(json, $"{name}_root", Line($"{root}/schemata", resource));
        WriteText(json, name, Line($"{groups.Tasks[0]}/schemata", resource));
    }

    private void WriteNumbers(Utf8JsonWriter json, string resource, params ReadOnlySpan<string> files)
    {
        foreach (string file in files)
        {
            json.WriteUnlessZero(file, Number($"{root}/info/{resource}/{file}"));
        }
    }

    /// <summary>One element for each cache: <c>mon_data/mon_L3_00</c> and so on.</summary>
    private void WriteMonitors(Utf8JsonWriter json)
    {
        string[] features = (Read($"{root}/info/{CacheMonitor}/mon_features") ?? "").Split('\n');
        string data = $"{groups.Tasks[^1]}/mon_data";
        if (!Directory.Exists(data))
        {
            return;
        }
        string[] caches = [.. Directory.GetDirectories(data, "mon_L3_*").Order(StringComparer.Ordinal)];
        if (features.Contains("mbm_total_bytes") || features.Contains("mbm_local_bytes"))
        {
            WriteCaches(json, "mbm_stats", caches, "mbm_total_bytes", "mbm_local_bytes");
        }
        if (features.Contains("llc_occupancy"))
        {
            WriteCaches(json, "cmt_stats", caches, "llc_occupancy");
        }
    }

    private static void WriteCaches(Utf8JsonWriter json, string name, string[] caches, params ReadOnlySpan<string> files)
    {
        json.WriteStartArray(name);
        foreach (string cache in caches)
        {
            json.WriteStartObject();
            foreach (string file in files)
            {
                json.WriteNumber(file, Number($"{cache}/{file}"));
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    private static string? Line(string path, string resource)
    {
        foreach (string line in (Read(path) ?? "").Split('\n'))
        {
            if (line.AsSpan().TrimStart().StartsWith(resource, StringComparison.Ordinal))
            {
                return line.Trim();
            }
        }
        return null;
    }

    private static ulong Number(string path) => ulong.TryParse(Read(path), CultureInfo.InvariantCulture, out ulong value) ? value : 0;

    private static string? Read(string path)
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, path, OpenMode.Read, out Errno _);
        return file is null ? null : Encoding.UTF8.GetString(FileIo.ReadToEnd(file, path, 1 << 16)).TrimEnd('\n');
    }
}

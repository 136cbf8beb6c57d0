using System.Globalization;
using System.Text.Json;
using Conex.Linux.Cgroups;

namespace Conex.Runtime.Events;

/// <summary>Reads counters from cgroup files; what is missing counts as 0, as in runc.</summary>
internal static class StatisticsFile
{
    /// <summary>The single number in a file; 0 when there is none, also for <c>max</c>.</summary>
    internal static ulong Number(Cgroup cgroup, string controller, string file) =>
        ulong.TryParse(cgroup.TryRead(controller, file), CultureInfo.InvariantCulture, out ulong value) ? value : 0;

    /// <summary>A limit, where <c>max</c> is the largest number there is.</summary>
    internal static ulong Limit(Cgroup cgroup, string controller, string file) =>
        cgroup.TryRead(controller, file) == "max" ? ulong.MaxValue : Number(cgroup, controller, file);

    /// <summary>Lines of a key and a number.</summary>
    internal static SortedDictionary<string, ulong> Keyed(Cgroup cgroup, string controller, string file)
    {
        var result = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (string line in (cgroup.TryRead(controller, file) ?? "").Split('\n'))
        {
            int space = line.IndexOf(' ');
            if (space > 0 && ulong.TryParse(line.AsSpan(space + 1), CultureInfo.InvariantCulture, out ulong value))
            {
                result[line[..space]] = value;
            }
        }
        return result;
    }

    /// <summary>Some members are left out when they are 0, others never.</summary>
    internal static void WriteUnlessZero(this Utf8JsonWriter json, string name, ulong value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }

    /// <summary>Pressure stall information (accounting/psi.rst); nothing where the kernel has none.</summary>
    internal static void WritePressure(this Utf8JsonWriter json, Cgroup cgroup, string file)
    {
        if (cgroup.TryRead("cgroup", file) is not { Length: > 0 } text)
        {
            return;
        }
        json.WriteStartObject("psi");
        foreach (string line in text.Split('\n'))
        {
            // some avg10=0.00 avg60=0.00 avg300=0.00 total=0
            string[] fields = line.Split(' ');
            json.WriteStartObject(fields[0]);
            foreach (string field in fields.AsSpan(1))
            {
                int equals = field.IndexOf('=');
                if (equals > 0 && decimal.TryParse(field.AsSpan(equals + 1), CultureInfo.InvariantCulture, out decimal value))
                {
                    json.WriteNumber(field[..equals], value / 1.0000m);
                }
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}

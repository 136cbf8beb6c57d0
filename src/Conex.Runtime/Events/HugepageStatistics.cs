using System.Globalization;
using System.Text.Json;
using Conex.Linux.Cgroups;

namespace Conex.Runtime.Events;

/// <summary>Huge pages by page size. What is reserved counts where the kernel (5.7) counts it.</summary>
internal static class HugepageStatistics
{
    private const string Sizes = "/sys/kernel/mm/hugepages";

    internal static void Write(Utf8JsonWriter json, Cgroup cgroup)
    {
        json.WriteStartObject("hugetlb");
        bool unified = cgroup.Host.VersionOf("hugetlb") == CgroupVersion.V2;
        foreach (string size in PageSizes())
        {
            string prefix = $"hugetlb.{size}.rsvd";
            string usage = unified ? "current" : "usage_in_bytes";
            if (cgroup.TryRead("hugetlb", $"{prefix}.{usage}") is null)
            {
                prefix = $"hugetlb.{size}";
            }
            if (cgroup.TryRead("hugetlb", $"{prefix}.{usage}") is null)
            {
                continue;
            }
            json.WriteStartObject(size);
            json.WriteUnlessZero("usage", StatisticsFile.Number(cgroup, "hugetlb", $"{prefix}.{usage}"));
            json.WriteUnlessZero("max", unified ? 0 : StatisticsFile.Number(cgroup, "hugetlb", $"{prefix}.max_usage_in_bytes"));
            json.WriteNumber(
                "failcnt",
                unified
                    ? StatisticsFile.Keyed(cgroup, "hugetlb", $"hugetlb.{size}.events").GetValueOrDefault("max")
                    : StatisticsFile.Number(cgroup, "hugetlb", $"{prefix}.failcnt")
            );
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>hugepages-2048kB is 2MB in the names of the controller's files.</summary>
    private static IEnumerable<string> PageSizes()
    {
        if (!Directory.Exists(Sizes))
        {
            yield break;
        }
        foreach (string directory in Directory.GetDirectories(Sizes).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(directory).Replace("hugepages-", "", StringComparison.Ordinal);
            if (ulong.TryParse(name.Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out ulong size))
            {
                yield return size >= 1 << 20 ? $"{size >> 20}GB"
                : size >= 1 << 10 ? $"{size >> 10}MB"
                : $"{size}KB";
            }
        }
    }
}

using System.Globalization;
using Conex.Linux.Cgroups;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>The controllers with one or two files: pids, hugetlb, net_cls, net_prio, rdma.</summary>
internal static class SmallWrites
{
    internal static void AddPids(ResourceWrites plan, LinuxPids? pids)
    {
        if (pids?.Limit is not { } limit || (limit < 0 && plan.VersionOf("pids") == CgroupVersion.None))
        {
            return;
        }
        plan.IsUnified("limit of processes", "pids");
        // A container with no process at all is not what 0 is meant to say: runc, crun and systemd take it for 1.
        string value = limit < 0 ? "max" : Math.Max(limit, 1).ToString(CultureInfo.InvariantCulture);
        plan.Add("limit of processes", "pids", "pids.max", value);
    }

    internal static void AddHugepages(ResourceWrites plan, IReadOnlyList<LinuxHugepageLimit>? limits)
    {
        foreach (LinuxHugepageLimit limit in limits ?? [])
        {
            string name = $"limit of {limit.PageSize} huge pages";
            // The page size becomes part of a file name.
            if (limit.PageSize.Length == 0 || !limit.PageSize.All(char.IsAsciiLetterOrDigit))
            {
                throw new InvalidSpecException($"{name}: a page size is written as 2MB or 1GB");
            }
            string value = limit.Limit.ToString(CultureInfo.InvariantCulture);
            string file = plan.IsUnified(name, "hugetlb") ? "max" : "limit_in_bytes";
            plan.Add(name, "hugetlb", $"hugetlb.{limit.PageSize}.{file}", value);
            // Reserving counts against a limit of its own since Linux 5.7.
            plan.Add(new CgroupWrite(name, "hugetlb", $"hugetlb.{limit.PageSize}.rsvd.{file}", value) { Missing = WhenMissing.Ignore });
        }
    }

    internal static void AddNetwork(ResourceWrites plan, LinuxNetwork? network)
    {
        if (network?.ClassId is { } classId and not 0)
        {
            plan.IsUnified("network class", "net_cls");
            plan.Add("network class", "net_cls", "net_cls.classid", classId);
        }
        foreach (LinuxInterfacePriority priority in network?.Priorities ?? [])
        {
            plan.IsUnified("network priority", "net_prio");
            plan.Add("network priority", "net_prio", "net_prio.ifpriomap", $"{priority.Name} {priority.Priority}");
        }
    }

    internal static void AddRdma(ResourceWrites plan, IReadOnlyDictionary<string, LinuxRdma>? devices)
    {
        if (devices is null)
        {
            return;
        }
        foreach ((string device, LinuxRdma limit) in devices)
        {
            plan.IsUnified("RDMA limit", "rdma");
            string handles = limit.HcaHandles is { } h ? $" hca_handle={h}" : "";
            string objects = limit.HcaObjects is { } o ? $" hca_object={o}" : "";
            if (handles.Length + objects.Length > 0)
            {
                plan.Add("RDMA limit", "rdma", "rdma.max", $"{device}{handles}{objects}");
            }
        }
    }
}

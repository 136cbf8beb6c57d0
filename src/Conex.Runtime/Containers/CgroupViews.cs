using Conex.Linux.Cgroups;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Containers;

/// <summary>What of its cgroups a container sees under /sys/fs/cgroup.</summary>
internal static class CgroupViews
{
    /// <param name="cgroup">The container's own; null when it stays in its starter's.</param>
    internal static IReadOnlyList<CgroupView> Of(CgroupHost host, Cgroup? cgroup)
    {
        List<CgroupView> views = [];
        if (cgroup is null)
        {
            foreach (CgroupHierarchy hierarchy in host.Hierarchies)
            {
                views.Add(new CgroupView(Name(host, hierarchy.Name), hierarchy.MountPoint + host.OwnPath(hierarchy)));
            }
            return views;
        }
        foreach ((string name, string path) in cgroup.Paths)
        {
            views.Add(new CgroupView(Name(host, name), path));
        }
        return views;
    }

    private static string Name(CgroupHost host, string hierarchy) =>
        host.Mode == CgroupMode.V2 ? ""
        : hierarchy.Length == 0 ? "unified"
        : hierarchy.Replace("name=", "", StringComparison.Ordinal);
}

using Conex.Linux.Cgroups;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Containers;

/// <summary>What of its cgroups a container sees under /sys/fs/cgroup.</summary>
internal static class CgroupViews
{
    internal static IReadOnlyList<CgroupView> Of(Cgroup cgroup)
    {
        if (cgroup.Host.Mode == CgroupMode.V2)
        {
            return [new CgroupView("", cgroup.Paths[""])];
        }
        List<CgroupView> views = [];
        foreach ((string name, string path) in cgroup.Paths)
        {
            views.Add(new CgroupView(name.Length == 0 ? "unified" : name.Replace("name=", "", StringComparison.Ordinal), path));
        }
        return views;
    }
}

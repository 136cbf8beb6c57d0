using Conex.Linux.Cgroups;

namespace Conex.Runtime.Systemd;

/// <summary>The hierarchy in which systemd finds its units' processes again.</summary>
internal static class SystemdTree
{
    /// <summary>The version 2 tree where it is alone, or else <c>name=systemd</c>, which a hybrid host has beside it; null where neither is
    /// mounted.</summary>
    internal static CgroupHierarchy? Of(CgroupHost host)
    {
        foreach (CgroupHierarchy hierarchy in host.Hierarchies)
        {
            if (hierarchy.Name == "name=systemd")
            {
                return hierarchy;
            }
        }
        return host.Unified;
    }
}

namespace Conex.Linux.Cgroups;

/// <summary>One mounted tree of cgroups.</summary>
public sealed class CgroupHierarchy
{
    internal CgroupHierarchy(CgroupVersion version, string name, string[] controllers, string mountPoint, string? mountRoot)
    {
        Version = version;
        Name = name;
        Controllers = controllers;
        MountPoint = mountPoint;
        MountRoot = mountRoot;
    }

    /// <summary>V1 or V2.</summary>
    public CgroupVersion Version { get; }

    /// <summary>As /proc/self/cgroup names it: <c>cpu,cpuacct</c>, <c>name=systemd</c>; empty for the version 2 tree.</summary>
    public string Name { get; }

    /// <summary>The controllers of a version 1 hierarchy; none for named ones and for the version 2 tree (see
    /// <see cref="CgroupHost.UnifiedControllers"/>).</summary>
    public IReadOnlyList<string> Controllers { get; }

    /// <summary>Where it is mounted.</summary>
    public string MountPoint { get; }

    /// <summary>The cgroup that the mount shows as its root; null until somebody needs it.</summary>
    internal string? MountRoot { get; }

    internal bool Has(string controller)
    {
        foreach (string one in Controllers)
        {
            if (one == controller)
            {
                return true;
            }
        }
        return false;
    }
}

using Conex.Linux.Errors;

namespace Conex.Linux.Cgroups;

/// <summary>A cgroup that systemd makes around a process. systemd knows a part of the version 1 hierarchies, each with a controller that a
/// unit has settings for; whoever started the unit makes the directories in the others.</summary>
public sealed class SharedCgroup
{
    private readonly List<CgroupNode> others = [];
    private readonly List<CgroupNode> systemds = [];
    private List<CgroupNode> made = [];

    /// <param name="cgroup">As it will be; not all of it exists yet.</param>
    public SharedCgroup(Cgroup cgroup)
    {
        foreach (CgroupNode node in cgroup.Nodes)
        {
            (IsSystemds(node.Hierarchy) ? systemds : others).Add(node);
        }
    }

    /// <summary>The <c>tasks</c> files of the hierarchies that systemd leaves alone, for a process that moves itself.</summary>
    public IReadOnlyList<string> TaskFiles => others.ConvertAll(n => $"{n.FullPath}/tasks");

    /// <summary>Makes what systemd will not. A part of the cgroup that is there already must be free.</summary>
    /// <exception cref="CgroupException">It holds processes, or is frozen.</exception>
    /// <exception cref="KernelException">A hierarchy refused; what was made is removed again.</exception>
    public void MakeOthers()
    {
        systemds.ForEach(CgroupCreation.RefuseOccupied);
        others.ForEach(CgroupCreation.RefuseOccupied);
        made = CgroupCreation.Make(others);
    }

    /// <summary>Takes back what was made before systemd made its part.</summary>
    public void RemoveOthers() => CgroupCreation.Remove(made);

    /// <summary>Brings the process where systemd has left it out: not every systemd knows every controller, and a slice takes none in.</summary>
    /// <exception cref="KernelException">A hierarchy refused.</exception>
    public void BringIn(int pid)
    {
        foreach (CgroupNode node in systemds)
        {
            if (CgroupHost.PlaceOf(pid, node.Hierarchy) == node.FullPath)
            {
                continue;
            }
            CgroupCreation.Make([node]);
            Errno error = node.TryWrite("cgroup.procs", pid);
            if (error != Errno.None)
            {
                throw new KernelException($"move process {pid} to cgroup", node.FullPath, error);
            }
        }
    }

    /// <summary>systemd's own tree, and the controllers that systemd.resource-control(5) has settings for on version 1.</summary>
    private static bool IsSystemds(CgroupHierarchy hierarchy)
    {
        if (hierarchy.Version == CgroupVersion.V2 || hierarchy.Name == "name=systemd")
        {
            return true;
        }
        foreach (string controller in hierarchy.Controllers)
        {
            if (controller is "cpu" or "cpuacct" or "blkio" or "memory" or "devices" or "pids")
            {
                return true;
            }
        }
        return false;
    }
}

using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups;

/// <summary>Makes a cgroup's directories: one mkdirat(2) for each hierarchy where the parents exist.</summary>
internal static class CgroupCreation
{
    private const uint Mode = 0x1ed; // 0755

    /// <summary>Makes the directories in the hierarchies in which this user may.</summary>
    internal static CgroupNode[] CreateWritable(CgroupHost host, string cgroupsPath)
    {
        var nodes = new List<CgroupNode>(host.Hierarchies.Count);
        try
        {
            foreach (CgroupHierarchy hierarchy in host.Hierarchies)
            {
                var node = new CgroupNode(hierarchy, $"{hierarchy.MountPoint}/{host.Resolve(hierarchy, cgroupsPath)}");
                nodes.Add(node);
                Errno error = TryAdd(host, node);
                if (error is Errno.EACCES or Errno.EPERM or Errno.EROFS)
                {
                    node.Dispose();
                    nodes.Remove(node);
                }
                else if (error != Errno.None)
                {
                    throw new KernelException("create cgroup", node.FullPath, error);
                }
            }
        }
        catch
        {
            Remove(nodes.FindAll(n => n.IsNew));
            nodes.ForEach(n => n.Dispose());
            throw;
        }
        return [.. nodes];
    }

    /// <summary>Makes the directories of one version.</summary>
    /// <exception cref="CgroupException">One is there and holds processes, or is frozen.</exception>
    /// <exception cref="KernelException">A hierarchy refused; what was made before stays.</exception>
    internal static void Add(CgroupHost host, ReadOnlySpan<CgroupNode> nodes, bool unified)
    {
        foreach (CgroupNode node in nodes)
        {
            if (node.IsUnified == unified && TryAdd(host, node) is not Errno.None and var error)
            {
                throw new KernelException("create cgroup", node.FullPath, error);
            }
        }
    }

    /// <summary>Makes a directory as its hierarchy needs it, or takes over an empty one.</summary>
    private static Errno TryAdd(CgroupHost host, CgroupNode node)
    {
        node.IsRequired = true;
        Errno error = TryMake(node);
        if (error == Errno.None)
        {
            node.IsNew = true;
        }
        else if (error == Errno.EEXIST)
        {
            RefuseOccupied(node);
        }
        else
        {
            return error;
        }
        if (node.Hierarchy.Has("cpuset"))
        {
            CpusetInheritance.Fill(node, node.IsNew);
        }
        else if (node.IsUnified && host.Mode == CgroupMode.V2)
        {
            UnifiedControllers.Enable(host, node);
        }
        return Errno.None;
    }

    /// <summary>Makes the directories of a cgroup that nobody else makes.</summary>
    /// <returns>Those that were not there before.</returns>
    internal static List<CgroupNode> Make(IReadOnlyList<CgroupNode> nodes)
    {
        var made = new List<CgroupNode>(nodes.Count);
        try
        {
            foreach (CgroupNode node in nodes)
            {
                Errno error = TryMake(node);
                if (error == Errno.None)
                {
                    made.Add(node);
                }
                else if (error != Errno.EEXIST)
                {
                    throw new KernelException("create cgroup", node.FullPath, error);
                }
                if (node.Hierarchy.Has("cpuset"))
                {
                    CpusetInheritance.Fill(node, isNew: error == Errno.None);
                }
            }
            return made;
        }
        catch
        {
            Remove(made);
            throw;
        }
    }

    /// <summary>Takes back what was made, as far as nothing has come into it.</summary>
    internal static void Remove(List<CgroupNode> made)
    {
        foreach (CgroupNode node in made)
        {
            _ = Libc.unlinkat(Libc.AT_FDCWD, node.FullPath, Libc.AT_REMOVEDIR);
        }
    }

    private static Errno TryMake(CgroupNode node)
    {
        Errno error = TryMake(node.FullPath);
        if (error != Errno.ENOENT)
        {
            return error;
        }
        string mountPoint = node.Hierarchy.MountPoint;
        for (int slash = mountPoint.Length; (slash = node.FullPath.IndexOf('/', slash + 1)) > 0; )
        {
            string ancestor = node.FullPath[..slash];
            error = TryMake(ancestor);
            if (error == Errno.None && node.Hierarchy.Has("cpuset"))
            {
                CpusetInheritance.FillAndPassOn(node.Hierarchy, ancestor);
            }
            else if (error is not (Errno.None or Errno.EEXIST))
            {
                return error;
            }
        }
        return TryMake(node.FullPath);
    }

    private static Errno TryMake(string path) => Libc.mkdirat(Libc.AT_FDCWD, path, Mode) == 0 ? Errno.None : KernelCall.LastError;

    /// <summary>Limits and kills of one container must not hit another's processes, and a frozen cgroup would stop the new ones.</summary>
    /// <exception cref="CgroupException">It holds processes, or is frozen.</exception>
    internal static void RefuseOccupied(CgroupNode node)
    {
        var processes = new HashSet<int>();
        node.AddProcesses(processes);
        if (processes.Count > 0)
        {
            throw new CgroupException(
                $"create cgroup {node.FullPath}: container's cgroup is not empty: {processes.Count} process(es) found: {ProcessList.Describe(processes)}"
            );
        }
        if (CgroupFreezer.StateOf(node) is not (null or FreezerState.Thawed))
        {
            throw new CgroupException($"create cgroup {node.FullPath}: container's cgroup unexpectedly frozen");
        }
    }
}

using Conex.Linux.Errors;

namespace Conex.Linux.Cgroups;

/// <summary>A new cgroup of the version 1 cpuset hierarchy has no CPUs and no memory nodes, and takes no process before it has
/// (cpuset(7)): it gets its parent's.</summary>
internal static class CpusetInheritance
{
    private const string Cpus = "cpuset.cpus";
    private const string MemoryNodes = "cpuset.mems";

    /// <summary>Fills what is empty, from the top down.</summary>
    /// <param name="isNew">Whether nobody can have written to it: then the kernel has copied both lists or none.</param>
    internal static void Fill(CgroupNode node, bool isNew)
    {
        bool wasFilled = Fill(node, Cpus);
        if (!wasFilled || !isNew)
        {
            Fill(node, MemoryNodes);
        }
    }

    /// <summary>Also lets the kernel fill the children made below from now on, which saves them the copying.</summary>
    internal static void FillAndPassOn(CgroupHierarchy hierarchy, string fullPath)
    {
        using var node = new CgroupNode(hierarchy, fullPath);
        Fill(node, isNew: true);
        node.TryWrite("cgroup.clone_children", "1"u8);
    }

    /// <summary>Answers whether there was something already.</summary>
    private static bool Fill(CgroupNode node, string file)
    {
        Span<byte> buffer = stackalloc byte[1024];
        if (node.TryRead(file, buffer).Length > 0 || node.FullPath.Length <= node.Hierarchy.MountPoint.Length)
        {
            return true;
        }
        using var parent = new CgroupNode(node.Hierarchy, node.FullPath[..node.FullPath.LastIndexOf('/')]);
        Fill(parent, file);
        Errno error = node.TryWrite(file, parent.TryRead(file, buffer));
        if (error != Errno.None)
        {
            throw new KernelException($"copy {file} of the parent to cgroup", node.FullPath, error);
        }
        return false;
    }
}

using System.Text;
using Conex.Linux.Errors;

namespace Conex.Linux.Cgroups;

/// <summary>In the version 2 tree a cgroup has only the controllers that every ancestor lists in cgroup.subtree_control.</summary>
internal static class UnifiedControllers
{
    /// <summary>Enables what the tree's root has, as far as the ancestors allow. What is missing then shows where a limit needs it:
    /// an ancestor may hold processes (EBUSY) or belong to somebody else (EACCES).</summary>
    internal static void Enable(CgroupHost host, CgroupNode node)
    {
        string wanted = host.UnifiedControllerText;
        Span<byte> buffer = stackalloc byte[512];
        if (wanted.Length == 0 || Encoding.UTF8.GetString(node.TryRead("cgroup.controllers", buffer)) == wanted)
        {
            return;
        }
        string[] controllers = wanted.Split(' ');
        byte[] all = Encoding.UTF8.GetBytes("+" + string.Join(" +", controllers));
        for (int slash = node.Hierarchy.MountPoint.Length; slash > 0; slash = node.FullPath.IndexOf('/', slash + 1))
        {
            using var ancestor = new CgroupNode(node.Hierarchy, node.FullPath[..slash]);
            if (HoldsProcesses(ancestor, buffer) || ancestor.TryWrite("cgroup.subtree_control", all) == Errno.None)
            {
                continue;
            }
            // The kernel takes all of a line or nothing.
            string[] there = Encoding.UTF8.GetString(ancestor.TryRead("cgroup.controllers", buffer)).Split(' ');
            ancestor.TryWrite("cgroup.subtree_control", Encoding.UTF8.GetBytes("+" + string.Join(" +", controllers.Intersect(there))));
        }
    }

    /// <summary>Whether it is another cgroup than the root of all, with processes of its own. It may give its children no controllers, and that of the threaded
    /// ones the kernel allows it makes things worse: no process may be in the children then (cgroup-v2.rst, "Threads").</summary>
    private static bool HoldsProcesses(CgroupNode node, Span<byte> buffer) =>
        !node.TryRead("cgroup.type", buffer).IsEmpty && !node.TryRead("cgroup.procs", buffer).IsEmpty;
}

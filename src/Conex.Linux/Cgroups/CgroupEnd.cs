using Conex.Linux.Clocks;
using Conex.Linux.Errors;
using Conex.Linux.Processes;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups;

/// <summary>Signals everything in a cgroup, and removes it.</summary>
internal static class CgroupEnd
{
    private const int LongestWait = 50;

    /// <summary>SIGKILL until nothing is left.</summary>
    internal static void KillAll(Cgroup cgroup, TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        // One write ends all processes at once, also those that are being forked (cgroup.kill, Linux 5.14).
        cgroup.UnifiedNode?.TryWrite("cgroup.kill", "1"u8);
        while (true)
        {
            HashSet<int> processes = cgroup.Processes();
            if (processes.Count == 0)
            {
                return;
            }
            if (deadline.HasPassed)
            {
                throw new CgroupException(
                    $"kill cgroup {cgroup.Path}: processes {ProcessList.Describe(processes)} are still there after {timeout.TotalSeconds} s"
                );
            }
            Signal(cgroup, processes, Processes.Signal.SIGKILL);
            ProcessList.WaitForOne(processes, deadline.Remaining(LongestWait));
        }
    }

    /// <summary>Sends a signal to every process that is in the cgroup now.</summary>
    internal static void Signal(Cgroup cgroup, HashSet<int> processes, Signal signal)
    {
        // Between reading a number and signalling it the process may end and the number may go to a stranger. So: open, read again,
        // and signal only what is listed both times; a handle of a process that ended in between signals nobody.
        var handles = new List<(int Pid, PidHandle Handle)>(processes.Count);
        foreach (int pid in processes)
        {
            if (PidHandle.TryOpen(pid) is { } handle)
            {
                handles.Add((pid, handle));
            }
        }
        HashSet<int> again = cgroup.Processes();
        foreach ((int pid, PidHandle handle) in handles)
        {
            if (again.Contains(pid))
            {
                handle.Send(signal);
            }
            handle.Dispose();
        }
        // A process frozen by version 1 takes a signal only once it is thawed, SIGKILL too; version 2 lets SIGKILL through.
        if (signal == Processes.Signal.SIGKILL && cgroup.NodeOf("freezer") is { } freezer)
        {
            CgroupFreezer.ThawTree(freezer);
        }
    }

    /// <summary>One pass of rmdir(2) over all hierarchies; false when something is still in one of them.</summary>
    internal static bool TryDelete(Cgroup cgroup)
    {
        bool removed = true;
        foreach (CgroupNode node in cgroup.Nodes)
        {
            removed &= TryRemove(node);
        }
        return removed;
    }

    internal static void Delete(Cgroup cgroup, TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        List<CgroupNode>? busy = null;
        foreach (CgroupNode node in cgroup.Nodes)
        {
            if (!TryRemove(node))
            {
                (busy ??= []).Add(node);
            }
        }
        while (busy is not null)
        {
            busy.RemoveAll(TryRemoveTree);
            if (busy.Count == 0)
            {
                return;
            }
            var processes = new HashSet<int>();
            busy.ForEach(node => node.AddProcesses(processes));
            if (deadline.HasPassed)
            {
                string why = processes.Count == 0 ? "it stays busy" : $"processes stay in it: {ProcessList.Describe(processes)}";
                throw new CgroupException($"remove cgroup {busy[0].FullPath}: {why} after {timeout.TotalSeconds} s");
            }
            ProcessList.WaitForOne(processes, deadline.Remaining(LongestWait));
        }
    }

    private static bool TryRemoveTree(CgroupNode node)
    {
        if (node.Directory is { } directory)
        {
            CgroupTree.TryRemoveChildren(directory);
        }
        return TryRemove(node);
    }

    private static bool TryRemove(CgroupNode node)
    {
        if (Libc.unlinkat(Libc.AT_FDCWD, node.FullPath, Libc.AT_REMOVEDIR) == 0)
        {
            return true;
        }
        Errno error = KernelCall.LastError;
        return error switch
        {
            Errno.ENOENT => true,
            Errno.EBUSY => false,
            _ => throw new KernelException("remove cgroup", node.FullPath, error),
        };
    }
}

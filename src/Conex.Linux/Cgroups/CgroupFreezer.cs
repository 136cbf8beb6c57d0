using Conex.Linux.Clocks;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups;

/// <summary>Stops and continues a cgroup's processes: freezer-subsystem.rst (version 1) and cgroup.freeze (version 2).</summary>
internal static unsafe class CgroupFreezer
{
    /// <summary>Version 1 can stick in FREEZING while processes fork; asking again from the start gets it out.</summary>
    private const int ReadsBeforeRetry = 20;

    /// <summary>The state as the kernel reports it; null where the node has no freezer.</summary>
    internal static FreezerState? StateOf(CgroupNode node)
    {
        Span<byte> buffer = stackalloc byte[256];
        if (node.IsUnified)
        {
            ReadOnlySpan<byte> events = node.TryRead("cgroup.events", buffer);
            if (FlatKeyed.Find(events, "frozen"u8) == 1)
            {
                return FreezerState.Frozen;
            }
            ReadOnlySpan<byte> asked = node.TryRead("cgroup.freeze", buffer);
            return asked.Length == 0 ? null
                : asked[0] == '1' ? FreezerState.Freezing
                : FreezerState.Thawed;
        }
        if (!node.Hierarchy.Has("freezer"))
        {
            return null;
        }
        ReadOnlySpan<byte> state = node.TryRead("freezer.state", buffer);
        return state.SequenceEqual("FROZEN"u8) ? FreezerState.Frozen
            : state.SequenceEqual("FREEZING"u8) ? FreezerState.Freezing
            : FreezerState.Thawed;
    }

    internal static void Freeze(CgroupNode node, TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        bool done = node.IsUnified ? FreezeUnified(node, deadline) : FreezeLegacy(node, deadline);
        if (!done)
        {
            TryThaw(node);
            throw new CgroupException(
                $"freeze cgroup {node.FullPath}: some of its processes did not stop within {timeout.TotalSeconds} s; it is thawed again"
            );
        }
    }

    internal static void Thaw(CgroupNode node, TimeSpan timeout)
    {
        Check(TryThaw(node), "thaw", node);
        var deadline = new Deadline(timeout);
        while (StateOf(node) is not (null or FreezerState.Thawed))
        {
            if (deadline.HasPassed)
            {
                throw new CgroupException(
                    $"thaw cgroup {node.FullPath}: still frozen after {timeout.TotalSeconds} s; a cgroup above it may be frozen"
                );
            }
            Poll.Readable([], 1);
        }
    }

    /// <summary>Thaws a version 1 freezer and everything below it, so that pending signals are taken.</summary>
    internal static void ThawTree(CgroupNode node)
    {
        if (StateOf(node) is FreezerState.Thawed or null)
        {
            return;
        }
        TryThaw(node);
        foreach (string name in CgroupTree.Children(node.Directory!))
        {
            using var child = new CgroupNode(node.Hierarchy, $"{node.FullPath}/{name}");
            ThawTree(child);
        }
    }

    private static Errno TryThaw(CgroupNode node) =>
        node.IsUnified ? node.TryWrite("cgroup.freeze", "0"u8) : node.TryWrite("freezer.state", "THAWED"u8);

    private static bool FreezeLegacy(CgroupNode node, Deadline deadline)
    {
        while (true)
        {
            Check(node.TryWrite("freezer.state", "FROZEN"u8), "freeze", node);
            for (int i = 0; i < ReadsBeforeRetry; i++)
            {
                if (StateOf(node) == FreezerState.Frozen)
                {
                    return true;
                }
                if (deadline.HasPassed)
                {
                    return false;
                }
                if (i > 0)
                {
                    Poll.Readable([], 1);
                }
            }
            TryThaw(node);
        }
    }

    /// <summary>The kernel marks cgroup.events as changed (POLLPRI) when the last process has stopped.</summary>
    private static bool FreezeUnified(CgroupNode node, Deadline deadline)
    {
        Check(node.TryWrite("cgroup.freeze", "1"u8), "freeze", node);
        using FileHandle events = PathAt.Open(node.Directory!, "cgroup.events", OpenMode.Read);
        Span<byte> buffer = stackalloc byte[256];
        byte* entry = stackalloc byte[8]; // struct pollfd
        while (true)
        {
            int length = ReadFromStart(events, buffer);
            if (FlatKeyed.Find(buffer[..length], "frozen"u8) == 1)
            {
                return true;
            }
            if (deadline.HasPassed)
            {
                return false;
            }
            *(int*)entry = events.Descriptor;
            *(short*)(entry + 4) = Libc.POLLPRI;
            *(short*)(entry + 6) = 0;
            _ = Libc.poll(entry, 1, deadline.Remaining(1000));
        }
    }

    private static int ReadFromStart(FileHandle file, Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            return (int)KernelCall.Check(Libc.pread(file.Descriptor, p, (nuint)buffer.Length, 0), "read", "cgroup.events");
        }
    }

    private static void Check(Errno error, string action, CgroupNode node)
    {
        if (error != Errno.None)
        {
            throw new KernelException($"{action} cgroup", node.FullPath, error);
        }
    }
}

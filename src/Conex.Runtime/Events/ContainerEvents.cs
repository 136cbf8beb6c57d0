using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Events;

/// <summary>What happens to a container, until it ends.</summary>
public static class ContainerEvents
{
    /// <summary>What the container has used up to now.</summary>
    /// <exception cref="ContainerStateException">It does not run.</exception>
    public static byte[] Statistics(Container container)
    {
        using PidHandle init = Init(container);
        using Cgroup cgroup = CgroupOf(container);
        return StatisticsReport.Statistics(container.Record.Id, cgroup, ResctrlStatistics.Of(container.Record));
    }

    /// <summary>Gives statistics in intervals, and lack of memory when it happens; returns when the container has ended.</summary>
    /// <param name="write">Takes one line.</param>
    /// <exception cref="ContainerStateException">It does not run.</exception>
    public static void Follow(Container container, TimeSpan interval, Action<byte[]> write)
    {
        using PidHandle init = Init(container);
        using Cgroup cgroup = CgroupOf(container);
        using OomWatch? memory = OomWatch.TryOpen(cgroup);
        string id = container.Record.Id;
        ResctrlStatistics? resctrl = ResctrlStatistics.Of(container.Record);
        FileHandle?[] watched = [memory?.Handle, init];
        long step = Math.Max((long)interval.TotalMilliseconds, 1);
        long next = Environment.TickCount64 + step;
        while (true)
        {
            int ready = Poll.Readable(watched, (int)Math.Clamp(next - Environment.TickCount64, 0, int.MaxValue));
            if (ready == 0 && memory!.Take())
            {
                write(StatisticsReport.OutOfMemory(id));
            }
            else if (ready == 1)
            {
                return;
            }
            else if (ready < 0)
            {
                write(StatisticsReport.Statistics(id, cgroup, resctrl));
                // A reader that was slow for a while does not get all that it missed at once.
                next = Math.Max(next + step, Environment.TickCount64);
            }
        }
    }

    private static PidHandle Init(Container container) =>
        container.OpenInit() ?? throw new ContainerStateException($"container with id {container.Record.Id} is not running");

    private static Cgroup CgroupOf(Container container) =>
        container.OpenCgroup()
        ?? throw new ContainerStateException($"container {container.Record.Id} was made without a cgroup, so nothing counts what it uses");
}

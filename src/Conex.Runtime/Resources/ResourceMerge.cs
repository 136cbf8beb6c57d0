using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Resources;

/// <summary>Limits that were in force, and changes of some of them.</summary>
public static class ResourceMerge
{
    /// <summary>A change with what it needs of the limits before: a CPU quota belongs to its period, and cgroup v2 counts swap apart from the
    /// memory that runtime-spec counts with it.</summary>
    public static LinuxResources Complete(LinuxResources before, LinuxResources change) =>
        change with
        {
            Cpu = Complete(before.Cpu, change.Cpu),
            Memory =
                change.Memory is { Swap: > 0, Limit: null or 0 } memory && before.Memory?.Limit is > 0
                    ? memory with
                    {
                        Limit = before.Memory.Limit,
                    }
                    : change.Memory,
        };

    /// <summary>The limits in force after a change.</summary>
    public static LinuxResources Merge(LinuxResources before, LinuxResources change) =>
        new()
        {
            Devices = change.Devices is { Count: > 0 } ? change.Devices : before.Devices,
            Memory = Merge(before.Memory, change.Memory),
            Cpu = Merge(before.Cpu, change.Cpu),
            Pids = change.Pids?.Limit is null ? before.Pids : change.Pids,
            BlockIo = Merge(before.BlockIo, change.BlockIo),
            HugepageLimits = Merge(before.HugepageLimits, change.HugepageLimits, h => h.PageSize),
            Network = Merge(before.Network, change.Network),
            Rdma = Merge(before.Rdma, change.Rdma),
            Unified = Merge(before.Unified, change.Unified),
        };

    private static LinuxCpu? Complete(LinuxCpu? before, LinuxCpu? change)
    {
        bool quota = change?.Quota is not (null or 0);
        bool period = change?.Period is not (null or 0);
        return change is null || quota == period
            ? change
            : change with
            {
                Quota = quota ? change.Quota : before?.Quota,
                Period = period ? change.Period : before?.Period,
            };
    }

    private static LinuxMemory? Merge(LinuxMemory? before, LinuxMemory? change) =>
        before is null || change is null
            ? change ?? before
            : before with
            {
                Limit = Given(change.Limit) ?? before.Limit,
                Reservation = Given(change.Reservation) ?? before.Reservation,
                Swap = Given(change.Swap) ?? before.Swap,
                Swappiness = change.Swappiness ?? before.Swappiness,
                DisableOomKiller = change.DisableOomKiller ?? before.DisableOomKiller,
            };

    private static LinuxCpu? Merge(LinuxCpu? before, LinuxCpu? change) =>
        before is null || change is null
            ? change ?? before
            : new LinuxCpu
            {
                Shares = Given(change.Shares) ?? before.Shares,
                Quota = Given(change.Quota) ?? before.Quota,
                Burst = change.Burst ?? before.Burst,
                Period = Given(change.Period) ?? before.Period,
                RealtimeRuntime = Given(change.RealtimeRuntime) ?? before.RealtimeRuntime,
                RealtimePeriod = Given(change.RealtimePeriod) ?? before.RealtimePeriod,
                Cpus = string.IsNullOrEmpty(change.Cpus) ? before.Cpus : change.Cpus,
                Mems = string.IsNullOrEmpty(change.Mems) ? before.Mems : change.Mems,
                Idle = change.Idle ?? before.Idle,
            };

    private static LinuxBlockIo? Merge(LinuxBlockIo? before, LinuxBlockIo? change) =>
        before is null || change is null
            ? change ?? before
            : new LinuxBlockIo
            {
                Weight = change.Weight is null or 0 ? before.Weight : change.Weight,
                LeafWeight = change.LeafWeight is null or 0 ? before.LeafWeight : change.LeafWeight,
                WeightDevice = Merge(before.WeightDevice, change.WeightDevice, d => (d.Major, d.Minor)),
                ThrottleReadBpsDevice = Merge(before.ThrottleReadBpsDevice, change.ThrottleReadBpsDevice, d => (d.Major, d.Minor)),
                ThrottleWriteBpsDevice = Merge(before.ThrottleWriteBpsDevice, change.ThrottleWriteBpsDevice, d => (d.Major, d.Minor)),
                ThrottleReadIopsDevice = Merge(before.ThrottleReadIopsDevice, change.ThrottleReadIopsDevice, d => (d.Major, d.Minor)),
                ThrottleWriteIopsDevice = Merge(before.ThrottleWriteIopsDevice, change.ThrottleWriteIopsDevice, d => (d.Major, d.Minor)),
            };

    private static LinuxNetwork? Merge(LinuxNetwork? before, LinuxNetwork? change) =>
        before is null || change is null
            ? change ?? before
            : new LinuxNetwork
            {
                ClassId = change.ClassId is null or 0 ? before.ClassId : change.ClassId,
                Priorities = Merge(before.Priorities, change.Priorities, p => p.Name),
            };

    private static IReadOnlyList<T>? Merge<T, TKey>(IReadOnlyList<T>? before, IReadOnlyList<T>? change, Func<T, TKey> keyOf)
        where TKey : notnull
    {
        if (before is null || change is null)
        {
            return change ?? before;
        }
        List<T> result = [.. before];
        foreach (T entry in change)
        {
            result.RemoveAll(b => keyOf(b).Equals(keyOf(entry)));
            result.Add(entry);
        }
        return result;
    }

    private static IReadOnlyDictionary<string, T>? Merge<T>(IReadOnlyDictionary<string, T>? before, IReadOnlyDictionary<string, T>? change)
    {
        if (before is null || change is null)
        {
            return change ?? before;
        }
        var result = new Dictionary<string, T>(before, StringComparer.Ordinal);
        foreach ((string key, T value) in change)
        {
            result[key] = value;
        }
        return result;
    }

    /// <summary>0 counts as absent.</summary>
    private static long? Given(long? value) => value == 0 ? null : value;

    private static ulong? Given(ulong? value) => value == 0 ? null : value;
}

using System.Globalization;
using Conex.Linux.Cgroups;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>Memory limits (cgroup-v1/memory.rst; cgroup-v2.rst, "Memory"). 0 counts as absent, -1 as unlimited.</summary>
internal static class MemoryWrites
{
    private const string Controller = "memory";
    private const string Limit = "memory limit";
    private const string SwapLimit = "memory+swap limit";
    private const long Unlimited = -1;
    private const string NoSwapAccounting = "this kernel does not count swap, or its cgroup is not mounted: memory is limited without swap";

    internal static void Add(ResourceWrites plan, LinuxMemory? memory)
    {
        if (memory is null)
        {
            return;
        }
        long limit = Check(memory.Limit, Limit);
        long swap = Check(memory.Swap, SwapLimit);
        long reservation = Check(memory.Reservation, "memory reservation");
        if (limit > 0 && swap > 0 && swap < limit)
        {
            throw new InvalidSpecException($"{SwapLimit} {swap}: it includes memory, so it must be at least the memory limit {limit}");
        }
        if (memory.Swappiness > 100)
        {
            throw new InvalidSpecException($"memory swappiness {memory.Swappiness}: it must be 0 to 100");
        }
        bool wanted = limit > 0 || swap > 0 || reservation > 0;
        CgroupVersion version = plan.VersionOf(Controller);
        if (!wanted && version == CgroupVersion.None)
        {
            return;
        }
        if (plan.IsUnified(limit > 0 || swap <= 0 ? Limit : SwapLimit, Controller))
        {
            AddUnified(plan, memory, limit, swap, reservation);
        }
        else
        {
            AddLegacy(plan, memory, limit, swap, reservation);
        }
    }

    private static void AddLegacy(ResourceWrites plan, LinuxMemory memory, long limit, long swap, long reservation)
    {
        bool followsLimit = limit == Unlimited && swap == 0;
        if (followsLimit)
        {
            swap = Unlimited;
        }
        if (limit != 0)
        {
            plan.Add(new CgroupWrite(Limit, Controller, "memory.limit_in_bytes", Text(limit)) { RetryLast = swap != 0 });
        }
        if (swap != 0)
        {
            plan.Add(
                new CgroupWrite(SwapLimit, Controller, "memory.memsw.limit_in_bytes", Text(swap))
                {
                    Missing = swap == Unlimited ? WhenMissing.Ignore : WhenMissing.Warn,
                    Warning = NoSwapAccounting,
                }
            );
        }
        if (reservation != 0)
        {
            plan.Add("memory reservation", Controller, "memory.soft_limit_in_bytes", reservation);
        }
        if (memory.Swappiness is { } swappiness)
        {
            plan.Add("memory swappiness", Controller, "memory.swappiness", (long)swappiness);
        }
        if (memory.DisableOomKiller == true)
        {
            plan.Add("disabled OOM killer", Controller, "memory.oom_control", "1");
        }
    }

    private static void AddUnified(ResourceWrites plan, LinuxMemory memory, long limit, long swap, long reservation)
    {
        // runtime-spec counts memory and swap together, version 2 counts swap alone.
        string? swapAlone = swap switch
        {
            0 => limit == Unlimited ? "max" : null,
            Unlimited => "max",
            _ => limit > 0
                ? Text(swap - limit)
                : throw new InvalidSpecException($"{SwapLimit} {swap}: with cgroup v2 it needs a memory limit beside it"),
        };
        if (swapAlone is not null)
        {
            plan.Add(
                new CgroupWrite(SwapLimit, Controller, "memory.swap.max", swapAlone)
                {
                    NotBelow = Check(memory, swap),
                    Missing = swapAlone is "max" or "0" ? WhenMissing.Ignore : WhenMissing.Warn,
                    Warning = NoSwapAccounting,
                }
            );
        }
        if (limit != 0)
        {
            plan.Add(
                new CgroupWrite(Limit, Controller, "memory.max", UnifiedText(limit))
                {
                    // Version 1 refuses a limit below the usage by itself; version 2 takes it and kills.
                    NotBelow = Check(memory, limit),
                }
            );
        }
        if (reservation != 0)
        {
            plan.Add("memory reservation", Controller, "memory.low", UnifiedText(reservation));
        }
        if (memory.Swappiness is not null)
        {
            plan.Warn("memory swappiness: cgroup v2 has no such setting; it is left out");
        }
        if (memory.DisableOomKiller == true)
        {
            plan.Warn("disabled OOM killer: cgroup v2 has no such setting; it is left out");
        }
    }

    private static UsageCheck? Check(LinuxMemory memory, long limit) =>
        memory.CheckBeforeUpdate == true && limit > 0 ? new UsageCheck("memory.current", (ulong)limit) : null;

    private static long Check(long? value, string limit) =>
        value >= Unlimited || value is null
            ? value ?? 0
            : throw new InvalidSpecException($"{limit} {value}: it must be a number of bytes, or -1 for unlimited");

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string UnifiedText(long value) => value == Unlimited ? "max" : Text(value);
}

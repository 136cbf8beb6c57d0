using System.Globalization;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>CPU limits (scheduler/sched-bwc.rst, cgroup-v1/cpusets.rst; cgroup-v2.rst, "CPU" and "Cpuset"). 0 counts as absent.</summary>
internal static class CpuWrites
{
    private const string Controller = "cpu";
    private const string Shares = "CPU shares";
    private const string Quota = "CPU quota";
    private const string Period = "CPU period";
    private const string Burst = "CPU burst";
    private const string Idle = "idle CPU scheduling";

    internal static void Add(ResourceWrites plan, LinuxCpu? cpu)
    {
        if (cpu is null)
        {
            return;
        }
        if (cpu.Idle is not (null or 0 or 1))
        {
            throw new InvalidSpecException($"{Idle} {cpu.Idle}: it must be 0 or 1");
        }
        // An idle cgroup has the least weight there is, and the kernel refuses to set another one.
        ulong shares = cpu.Idle == 1 ? 0 : cpu.Shares ?? 0;
        if (shares == 1)
        {
            throw new InvalidSpecException($"{Shares} 1: the least is 2");
        }
        if (FirstLimit(cpu, shares) is { } limit)
        {
            if (plan.IsUnified(limit, Controller))
            {
                AddUnified(plan, cpu, shares);
            }
            else
            {
                AddLegacy(plan, cpu, shares);
            }
        }
        AddPlacement(plan, cpu.Cpus, "cpuset.cpus", "CPUs");
        AddPlacement(plan, cpu.Mems, "cpuset.mems", "memory nodes");
    }

    private static void AddLegacy(ResourceWrites plan, LinuxCpu cpu, ulong shares)
    {
        AddNotIdle(plan, cpu);
        if (shares != 0)
        {
            plan.Add(Shares, Controller, "cpu.shares", (long)Math.Min(shares, CpuWeight.MostShares));
        }
        bool hasQuota = cpu.Quota is not (null or 0);
        if (cpu.Period is { } period and not 0)
        {
            // The kernel compares quota and period with the parent's, and burst with the quota.
            plan.Add(new CgroupWrite(Period, Controller, "cpu.cfs_period_us", Text(period)) { RetryLast = hasQuota });
        }
        if (cpu.Burst is { } burst)
        {
            plan.Add(new CgroupWrite(Burst, Controller, "cpu.cfs_burst_us", Text(burst)) { RetryLast = hasQuota });
        }
        if (hasQuota)
        {
            plan.Add(Quota, Controller, "cpu.cfs_quota_us", Math.Max(cpu.Quota!.Value, -1));
        }
        if (cpu.RealtimePeriod is { } realtimePeriod and not 0)
        {
            plan.Add(new CgroupWrite("real-time CPU period", Controller, "cpu.rt_period_us", Text(realtimePeriod)) { RetryLast = true });
        }
        if (cpu.RealtimeRuntime is { } realtimeRuntime and not 0)
        {
            plan.Add("real-time CPU runtime", Controller, "cpu.rt_runtime_us", realtimeRuntime);
        }
        AddIdle(plan, cpu);
    }

    private static void AddUnified(ResourceWrites plan, LinuxCpu cpu, ulong shares)
    {
        AddNotIdle(plan, cpu);
        if (shares != 0)
        {
            plan.Add(Shares, Controller, "cpu.weight", (long)CpuWeight.FromShares(shares));
        }
        bool hasQuota = cpu.Quota is not (null or 0);
        bool hasPeriod = cpu.Period is not (null or 0);
        if (cpu.Burst is { } burst)
        {
            plan.Add(new CgroupWrite(Burst, Controller, "cpu.max.burst", Text(burst)) { RetryLast = hasQuota });
        }
        if (hasQuota || hasPeriod)
        {
            // A quota without a period keeps the period that is set, 100 ms in a new cgroup.
            string quota = cpu.Quota > 0 ? Text((ulong)cpu.Quota) : "max";
            plan.Add(hasQuota ? Quota : Period, Controller, "cpu.max", hasPeriod ? $"{quota} {cpu.Period}" : quota);
        }
        if (HasRealtime(cpu))
        {
            plan.Warn("real-time CPU limits: cgroup v2 has no such setting; they are left out");
        }
        AddIdle(plan, cpu);
    }

    /// <summary>Leaving idle scheduling comes before a weight can be set; a kernel that does not know it (before 5.15) has none to
    /// leave.</summary>
    private static void AddNotIdle(ResourceWrites plan, LinuxCpu cpu)
    {
        if (cpu.Idle == 0)
        {
            plan.Add(new CgroupWrite(Idle, Controller, "cpu.idle", "0") { Missing = WhenMissing.Ignore });
        }
    }

    private static void AddIdle(ResourceWrites plan, LinuxCpu cpu)
    {
        if (cpu.Idle == 1)
        {
            plan.Add(Idle, Controller, "cpu.idle", "1");
        }
    }

    private static void AddPlacement(ResourceWrites plan, string? list, string file, string limit)
    {
        if (!string.IsNullOrEmpty(list) && plan.IsUnified(limit, "cpuset") is var _)
        {
            plan.Add(limit, "cpuset", file, list);
        }
    }

    private static bool HasRealtime(LinuxCpu cpu) => cpu.RealtimeRuntime is not (null or 0) || cpu.RealtimePeriod is not (null or 0);

    /// <summary>The limit to name when the controller is missing.</summary>
    private static string? FirstLimit(LinuxCpu cpu, ulong shares) =>
        shares != 0 ? Shares
        : cpu.Quota is not (null or 0) ? Quota
        : cpu.Period is not (null or 0) ? Period
        : cpu.Burst is not null ? Burst
        : cpu.Idle is not null ? Idle
        : HasRealtime(cpu) ? "real-time CPU limits"
        : null;

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}

using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Resources;

/// <summary>Limits as the runtime takes them.</summary>
internal static class ResourceSpec
{
    private const long SmallestMemory = 6 << 20;
    private const long Billion = 1_000_000_000;
    private const long UsualPeriod = 100_000;

    /// <exception cref="InvalidRequestException">A limit is impossible, or two contradict each other.</exception>
    internal static LinuxResources From(ResourceLimits limits, IReadOnlyList<LinuxDeviceRule> devices) =>
        new()
        {
            Devices = devices,
            Memory = Memory(limits),
            Cpu = Cpu(limits),
            Pids = limits.PidsLimit is { } pids and > 0 ? new LinuxPids { Limit = pids } : null,
            BlockIo = BlockIo(limits),
        };

    private static LinuxMemory? Memory(ResourceLimits limits)
    {
        if (limits.Memory is > 0 and < SmallestMemory)
        {
            throw new InvalidRequestException("Minimum memory limit allowed is 6MB");
        }
        if (limits.MemorySwap > 0 && limits.Memory == 0)
        {
            throw new InvalidRequestException("You should always set the Memory limit when using Memoryswap limit, see usage");
        }
        if (limits.MemorySwap > 0 && limits.MemorySwap < limits.Memory)
        {
            throw new InvalidRequestException("Minimum memoryswap limit should be larger than memory limit, see usage");
        }
        if (limits.MemoryReservation is > 0 and < SmallestMemory)
        {
            throw new InvalidRequestException("Minimum memory reservation allowed is 6MB");
        }
        if (limits.Memory > 0 && limits.MemoryReservation > limits.Memory)
        {
            throw new InvalidRequestException("Minimum memory limit can not be less than memory reservation limit, see usage");
        }
        if (limits.MemorySwappiness is < -1 or > 100)
        {
            throw new InvalidRequestException($"Invalid value: {limits.MemorySwappiness.Value}, valid memory swappiness range is 0-100");
        }
        LinuxMemory memory = new()
        {
            Limit = limits.Memory > 0 ? limits.Memory : null,
            Reservation = limits.MemoryReservation > 0 ? limits.MemoryReservation : null,
            Swap =
                limits.MemorySwap != 0 ? limits.MemorySwap
                : limits.Memory > 0 ? limits.Memory * 2
                : null,
            Swappiness = limits.MemorySwappiness is { } value and >= 0 ? (ulong)value : null,
            DisableOomKiller = limits.OomKillDisable is true ? true : null,
        };
        return memory == new LinuxMemory() ? null : memory;
    }

    private static LinuxCpu? Cpu(ResourceLimits limits)
    {
        if (limits.NanoCpus > 0 && (limits.CpuPeriod != 0 || limits.CpuQuota != 0))
        {
            string other = limits.CpuPeriod != 0 ? "CPU Period" : "CPU Quota";
            throw new InvalidRequestException($"Conflicting options: Nano CPUs and {other} cannot both be set.");
        }
        int processors = Environment.ProcessorCount;
        if (limits.NanoCpus < 0 || limits.NanoCpus > processors * Billion)
        {
            throw new InvalidRequestException(
                $"range of CPUs is from 0.01 to {processors}.00, as there are only {processors} CPUs available"
            );
        }
        if (limits.CpuPeriod is not 0 and (< 1000 or > 1_000_000))
        {
            throw new InvalidRequestException("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        }
        if (limits.CpuQuota is > 0 and < 1000)
        {
            throw new InvalidRequestException("CPU cfs quota can not be less than 1ms (i.e. 1000)");
        }
        LinuxCpu cpu = new()
        {
            Shares = limits.CpuShares > 0 ? (ulong)limits.CpuShares : null,
            Period =
                limits.NanoCpus > 0 ? (ulong)UsualPeriod
                : limits.CpuPeriod > 0 ? (ulong)limits.CpuPeriod
                : null,
            Quota =
                limits.NanoCpus > 0 ? limits.NanoCpus * UsualPeriod / Billion
                : limits.CpuQuota != 0 ? limits.CpuQuota
                : null,
            Cpus = limits.CpusetCpus.Length > 0 ? limits.CpusetCpus : null,
            Mems = limits.CpusetMems.Length > 0 ? limits.CpusetMems : null,
        };
        return cpu == new LinuxCpu() ? null : cpu;
    }

    private static LinuxBlockIo? BlockIo(ResourceLimits limits) =>
        limits.BlkioWeight switch
        {
            0 => null,
            >= 10 and <= 1000 => new LinuxBlockIo { Weight = (ushort)limits.BlkioWeight },
            _ => throw new InvalidRequestException("Range of blkio weight is from 10 to 1000"),
        };
}

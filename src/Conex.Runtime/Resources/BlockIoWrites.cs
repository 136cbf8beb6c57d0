using System.Globalization;
using Conex.Linux.Cgroups;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Resources;

/// <summary>Block I/O limits (cgroup-v1/blkio-controller.rst, bfq-iosched.rst; cgroup-v2.rst, "IO").</summary>
internal static class BlockIoWrites
{
    private const string Weight = "block I/O weight";
    private const string LeafWeight = "block I/O leaf weight";

    internal static void Add(ResourceWrites plan, LinuxBlockIo? io)
    {
        if (io is null || FirstLimit(io) is not { } limit)
        {
            return;
        }
        // The controller is blkio in version 1 and io in version 2.
        if (plan.VersionOf("blkio") == CgroupVersion.None && plan.IsUnified(limit, "io"))
        {
            AddUnified(plan, io);
        }
        else
        {
            AddLegacy(plan, io);
        }
    }

    private static void AddLegacy(ResourceWrites plan, LinuxBlockIo io)
    {
        const string controller = "blkio";
        if (io.Weight is { } weight and not 0)
        {
            plan.Add(EitherScheduler("blkio.weight", "blkio.bfq.weight", Text(weight)));
        }
        if (io.LeafWeight is { } leaf and not 0)
        {
            plan.Add(LeftOut(LeafWeight, controller, "blkio.leaf_weight", Text(leaf)));
        }
        foreach (LinuxWeightDevice device in io.WeightDevice ?? [])
        {
            if (device.Weight is { } own and not 0)
            {
                string value = $"{device.Major}:{device.Minor} {own}";
                plan.Add(EitherScheduler("blkio.weight_device", "blkio.bfq.weight_device", value));
            }
            if (device.LeafWeight is { } ownLeaf and not 0)
            {
                plan.Add(LeftOut(LeafWeight, controller, "blkio.leaf_weight_device", $"{device.Major}:{device.Minor} {ownLeaf}"));
            }
        }
        Throttle("read_bps", io.ThrottleReadBpsDevice);
        Throttle("write_bps", io.ThrottleWriteBpsDevice);
        Throttle("read_iops", io.ThrottleReadIopsDevice);
        Throttle("write_iops", io.ThrottleWriteIopsDevice);

        void Throttle(string kind, IReadOnlyList<LinuxThrottleDevice>? devices)
        {
            foreach (LinuxThrottleDevice device in devices ?? [])
            {
                plan.Add("block I/O rate", controller, $"blkio.throttle.{kind}_device", $"{device.Major}:{device.Minor} {device.Rate}");
            }
        }

        CgroupWrite EitherScheduler(string file, string bfqFile, string value) =>
            new(Weight, controller, file, value) { Otherwise = LeftOut(Weight, controller, bfqFile, value) };
    }

    private static void AddUnified(ResourceWrites plan, LinuxBlockIo io)
    {
        const string controller = "io";
        if (io.Weight is { } weight and not 0)
        {
            plan.Add(
                new CgroupWrite(Weight, controller, "io.bfq.weight", Text(weight))
                {
                    Otherwise = LeftOut(Weight, controller, "io.weight", Text(IoWeight(weight))),
                }
            );
        }
        foreach (LinuxWeightDevice device in io.WeightDevice ?? [])
        {
            if (device.Weight is { } own and not 0)
            {
                plan.Add(LeftOut(Weight, controller, "io.bfq.weight", $"{device.Major}:{device.Minor} {own}"));
            }
        }
        if (io.LeafWeight is not (null or 0))
        {
            plan.Warn($"{LeafWeight}: cgroup v2 has no such setting; it is left out");
        }
        Throttle("rbps", io.ThrottleReadBpsDevice);
        Throttle("wbps", io.ThrottleWriteBpsDevice);
        Throttle("riops", io.ThrottleReadIopsDevice);
        Throttle("wiops", io.ThrottleWriteIopsDevice);

        void Throttle(string key, IReadOnlyList<LinuxThrottleDevice>? devices)
        {
            foreach (LinuxThrottleDevice device in devices ?? [])
            {
                // Version 1 takes 0 for no limit.
                string rate = device.Rate == 0 ? "max" : device.Rate.ToString(CultureInfo.InvariantCulture);
                plan.Add("block I/O rate", controller, "io.max", $"{device.Major}:{device.Minor} {key}={rate}");
            }
        }
    }

    /// <summary>10 to 1000 spread over 1 to 10000, as all runtimes do.</summary>
    internal static long IoWeight(ushort weight) => 1 + ((Math.Max(weight, (ushort)10) - 10L) * 9999 / 990);

    private static CgroupWrite LeftOut(string limit, string controller, string file, string value) =>
        new(limit, controller, file, value)
        {
            Missing = WhenMissing.Warn,
            Warning = $"{limit}: no I/O scheduler of this kernel has weights; it is left out",
        };

    private static string? FirstLimit(LinuxBlockIo io) =>
        io.Weight is not (null or 0) || io.WeightDevice is { Count: > 0 } ? Weight
        : io.LeafWeight is not (null or 0) ? LeafWeight
        : io.ThrottleReadBpsDevice is { Count: > 0 }
        || io.ThrottleWriteBpsDevice is { Count: > 0 }
        || io.ThrottleReadIopsDevice is { Count: > 0 }
        || io.ThrottleWriteIopsDevice is { Count: > 0 }
            ? "block I/O rate"
        : null;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

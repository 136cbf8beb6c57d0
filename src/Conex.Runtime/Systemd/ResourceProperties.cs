using Conex.Linux.Cgroups.Devices;
using Conex.Linux.Systemd;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Systemd;

/// <summary>Translates limits to properties of a unit (systemd.resource-control(5)), so that systemd knows them and does not set others when
/// it looks at the unit again. What has no property is written to its file alone.</summary>
public static class ResourceProperties
{
    private const ulong Infinity = ulong.MaxValue;
    private const ulong UsualPeriod = 100_000;
    private const ulong Second = 1_000_000;

    /// <param name="legacy">For hierarchies of version 1, which have settings of their own.</param>
    /// <exception cref="InvalidSpecException">A limit makes no sense.</exception>
    public static List<UnitProperty> From(LinuxResources resources, bool legacy = false)
    {
        List<UnitProperty> properties = [];
        if (legacy)
        {
            LegacyProperties.Add(properties, resources);
            AddQuota(properties, resources.Cpu);
            AddPids(properties, resources.Pids);
            AddPlacement(properties, resources.Cpu);
            return properties;
        }
        AddMemory(properties, resources.Memory);
        AddCpu(properties, resources.Cpu);
        AddPids(properties, resources.Pids);
        if (resources.BlockIo?.Weight is { } weight and not 0)
        {
            properties.Add(new UnitProperty("IOWeight", (ulong)BlockIoWrites.IoWeight(weight)));
        }
        foreach ((string file, string value) in resources.Unified ?? new Dictionary<string, string>())
        {
            AddUnified(properties, file, value);
        }
        return properties;
    }

    /// <summary>The properties that give back what a change took, after it was refused.</summary>
    public static List<UnitProperty> Restoring(LinuxResources before, LinuxResources change, bool legacy = false)
    {
        List<UnitProperty> properties = From(before, legacy);
        foreach (UnitProperty changed in From(change, legacy))
        {
            if (!properties.Exists(p => p.Name == changed.Name))
            {
                object unset =
                    changed.Value is byte[] ? Array.Empty<byte>()
                    : changed.Name is "MemoryLow" or "MemoryMin" ? 0UL
                    : Infinity;
                properties.Add(changed with { Value = unset });
            }
        }
        return properties;
    }

    /// <summary>Leaves out what a systemd of this version does not know (its NEWS).</summary>
    public static List<UnitProperty> KnownTo(int version, List<UnitProperty> properties) =>
        properties.FindAll(p =>
            p.Name switch
            {
                "TasksMax" or "TasksAccounting" => version >= 227,
                "CollectMode" => version >= 236,
                "CPUQuotaPeriodUSec" => version >= 242,
                "AllowedCPUs" or "AllowedMemoryNodes" => version >= 244,
                _ => true,
            }
        );

    /// <summary>The device rules. Those that systemd has no words for are left to the runtime's own program alone; on version 1, where there
    /// is none, systemd gets the others: whenever it writes its list again, the container then has less for it and never more.</summary>
    public static List<UnitProperty> FromDevices(IReadOnlyList<LinuxDeviceRule>? rules, bool legacy = false)
    {
        List<UnitProperty> properties = [new("DeviceAllow", Array.Empty<(string, string)>())];
        var allowed = DeviceAllowList.TryMake(DeviceRules.From(rules), leaveOutUnknown: legacy);
        properties.Insert(0, new UnitProperty("DevicePolicy", allowed is null ? "auto" : "strict"));
        if (allowed is { Count: > 0 })
        {
            properties.Add(new UnitProperty("DeviceAllow", allowed.ToArray()));
        }
        return properties;
    }

    private static void AddMemory(List<UnitProperty> properties, LinuxMemory? memory)
    {
        Add("MemoryMax", memory?.Limit);
        Add("MemoryLow", memory?.Reservation);
        if (memory?.Swap is > 0 and var both && memory.Limit is > 0 and var limit && both >= limit)
        {
            properties.Add(new UnitProperty("MemorySwapMax", (ulong)(both - limit)));
        }
        else if (memory?.Swap == -1 || (memory?.Limit == -1 && memory.Swap is null or 0))
        {
            properties.Add(new UnitProperty("MemorySwapMax", Infinity));
        }

        void Add(string name, long? value)
        {
            if (value is not (null or 0))
            {
                properties.Add(new UnitProperty(name, value < 0 ? Infinity : (ulong)value));
            }
        }
    }

    private static void AddCpu(List<UnitProperty> properties, LinuxCpu? cpu)
    {
        if (cpu is null)
        {
            return;
        }
        if (cpu.Idle == 1)
        {
            // systemd takes the weight 0 for idle scheduling.
            properties.Add(new UnitProperty("CPUWeight", 0UL));
        }
        else if (cpu.Shares is { } shares and not 0)
        {
            properties.Add(new UnitProperty("CPUWeight", CpuWeight.FromShares(shares)));
        }
        AddQuota(properties, cpu);
        AddPlacement(properties, cpu);
    }

    private static void AddPids(List<UnitProperty> properties, LinuxPids? pids)
    {
        if (pids?.Limit is { } limit)
        {
            properties.Add(new UnitProperty("TasksMax", limit < 0 ? Infinity : Math.Max((ulong)limit, 1)));
        }
    }

    private static void AddQuota(List<UnitProperty> properties, LinuxCpu? cpu)
    {
        if (cpu?.Period is { } period and not 0)
        {
            properties.Add(new UnitProperty("CPUQuotaPeriodUSec", period));
        }
        if (cpu?.Quota is { } quota and not 0)
        {
            properties.Add(Quota(quota, cpu.Period is null or 0 ? UsualPeriod : cpu.Period.Value));
        }
    }

    private static void AddPlacement(List<UnitProperty> properties, LinuxCpu? cpu)
    {
        AddSet(properties, "AllowedCPUs", cpu?.Cpus);
        AddSet(properties, "AllowedMemoryNodes", cpu?.Mems);
    }

    private static UnitProperty Quota(long quota, ulong period) =>
        new("CPUQuotaPerSecUSec", quota < 0 ? Infinity : (ulong)((UInt128)quota * Second / period));

    private static void AddUnified(List<UnitProperty> properties, string file, string value)
    {
        string? name = file switch
        {
            "memory.high" => "MemoryHigh",
            "memory.low" => "MemoryLow",
            "memory.min" => "MemoryMin",
            "memory.max" => "MemoryMax",
            "memory.swap.max" => "MemorySwapMax",
            "pids.max" => "TasksMax",
            "cpu.weight" => "CPUWeight",
            _ => null,
        };
        if (name is not null && (value == "max" || ulong.TryParse(value, out _)))
        {
            properties.Add(new UnitProperty(name, value == "max" ? Infinity : ulong.Parse(value)));
        }
        else if (file == "cpu.max")
        {
            string[] parts = value.Split(' ');
            ulong period = parts.Length > 1 && ulong.TryParse(parts[1], out ulong given) && given > 0 ? given : UsualPeriod;
            properties.Add(new UnitProperty("CPUQuotaPeriodUSec", period));
            properties.Add(Quota(long.TryParse(parts[0], out long quota) ? quota : -1, period));
        }
        else if (file == "cpu.idle" && value == "1")
        {
            properties.Add(new UnitProperty("CPUWeight", 0UL));
        }
        else if (file is "cpuset.cpus" or "cpuset.mems")
        {
            AddSet(properties, file == "cpuset.cpus" ? "AllowedCPUs" : "AllowedMemoryNodes", value);
        }
    }

    /// <summary><c>0-2,7</c> as a mask of bits, the lowest byte first.</summary>
    private static void AddSet(List<UnitProperty> properties, string name, string? list)
    {
        if (string.IsNullOrEmpty(list))
        {
            return;
        }
        const int most = 8192; // the kernel's largest number of CPUs
        byte[] mask = new byte[most / 8];
        int length = 0;
        foreach (string range in list.Split(','))
        {
            string[] ends = range.Trim().Split('-');
            if (
                ends.Length > 2
                || !ushort.TryParse(ends[0], out ushort first)
                || !ushort.TryParse(ends[^1], out ushort last)
                || last >= most
            )
            {
                throw new InvalidSpecException($"{name} '{list}': write it as 0-3,7");
            }
            for (int bit = first; bit <= last; bit++)
            {
                mask[bit / 8] |= (byte)(1 << (bit % 8));
                length = Math.Max(length, (bit / 8) + 1);
            }
        }
        properties.Add(new UnitProperty(name, mask[..length]));
    }
}

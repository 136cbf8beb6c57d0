using Conex.Linux.Systemd;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Systemd;

/// <summary>The limits that a unit has under other names for hierarchies of version 1; systemd takes them until version 258, which has no
/// such hierarchies any more.</summary>
internal static class LegacyProperties
{
    internal static void Add(List<UnitProperty> properties, LinuxResources resources)
    {
        if (resources.Memory?.Limit is { } limit and not 0)
        {
            properties.Add(new UnitProperty("MemoryLimit", limit < 0 ? ulong.MaxValue : (ulong)limit));
        }
        if (resources.Cpu?.Shares is { } shares and not 0)
        {
            // The kernel's range, out of which systemd refuses.
            properties.Add(new UnitProperty("CPUShares", Math.Clamp(shares, 2, 262_144)));
        }
        if (resources.BlockIo?.Weight is { } weight and not 0)
        {
            properties.Add(new UnitProperty("BlockIOWeight", (ulong)Math.Clamp((int)weight, 10, 1000)));
        }
    }
}

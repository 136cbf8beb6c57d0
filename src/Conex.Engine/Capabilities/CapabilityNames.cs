using Conex.Linux.Capabilities;

namespace Conex.Engine.Capabilities;

/// <summary>The names that containers ask for and get by default.</summary>
internal static class CapabilityNames
{
    /// <summary>Docker's fourteen defaults.</summary>
    internal static IReadOnlyList<string> Default { get; } =
    [
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_FSETID",
        "CAP_FOWNER",
        "CAP_MKNOD",
        "CAP_NET_RAW",
        "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SETFCAP",
        "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE",
        "CAP_SYS_CHROOT",
        "CAP_KILL",
        "CAP_AUDIT_WRITE",
    ];

    internal static bool IsKnown(string name) => CapabilitySet.BitOf(name) != 0;

    /// <summary>The names in a mask as /proc/PID/status prints it; numbers without a name are left out.</summary>
    internal static IReadOnlyList<string> InMask(ulong mask)
    {
        List<string> names = new(CapabilitySet.AllNames.Count);
        for (int number = 0; number < CapabilitySet.AllNames.Count; number++)
        {
            if ((mask >> number & 1) != 0)
            {
                names.Add(CapabilitySet.AllNames[number]);
            }
        }
        return names;
    }
}

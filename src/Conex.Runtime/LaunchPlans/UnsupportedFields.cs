using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>What a configuration may ask for and this runtime does not do: an error, never a container that is less confined than asked.</summary>
internal static class UnsupportedFields
{
    internal static void Refuse(RuntimeSpec spec)
    {
        LinuxConfig linux = spec.Linux ?? new LinuxConfig();
        Refuse(!string.IsNullOrEmpty(spec.Process?.ApparmorProfile), "process.apparmorProfile");
        Refuse(!string.IsNullOrEmpty(spec.Process?.SelinuxLabel), "process.selinuxLabel");
        Refuse(!string.IsNullOrEmpty(linux.MountLabel), "linux.mountLabel");
        Refuse(linux.NetDevices is { Count: > 0 }, "linux.netDevices");
        Refuse(linux.IntelRdt is not null, "linux.intelRdt");
        Refuse(linux.MemoryPolicy is not null, "linux.memoryPolicy");
    }

    private static void Refuse(bool present, string field)
    {
        if (present)
        {
            throw new InvalidSpecException($"config.json: {field} is not supported yet");
        }
    }
}

using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>linux.netDevices as it must be before anything is moved.</summary>
internal static class NetDevices
{
    /// <summary>IFNAMSIZ without the NUL.</summary>
    private const int LongestName = 15;

    /// <exception cref="InvalidSpecException">A name is none, two devices would have one name, or the network is the host's.</exception>
    internal static void Check(IReadOnlyDictionary<string, LinuxNetDevice>? devices, NamespaceSet namespaces)
    {
        if (devices is not { Count: > 0 })
        {
            return;
        }
        if (!namespaces.Has(NamespaceSet.Network))
        {
            throw new InvalidSpecException("linux.netDevices needs a network namespace of the container's own");
        }
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((string device, LinuxNetDevice wanted) in devices)
        {
            CheckName(device, device);
            string name = NameOf(device, wanted);
            CheckName(device, name);
            if (!names.Add(name) && !IsTemplate(name))
            {
                throw new InvalidSpecException($"linux.netDevices: two devices shall be named {name}");
            }
        }
    }

    /// <summary>The name that a device gets in the container.</summary>
    internal static string NameOf(string device, LinuxNetDevice wanted) => string.IsNullOrEmpty(wanted.Name) ? device : wanted.Name;

    /// <summary>Whether the kernel chooses a number for the name.</summary>
    internal static bool IsTemplate(string name) => name.Contains("%d", StringComparison.Ordinal);

    private static void CheckName(string device, string name)
    {
        bool wrong = name.Length is 0 or > LongestName || name is "." or "..";
        foreach (char c in name)
        {
            wrong |= c is '/' or ':' or <= ' ' or > '~';
        }
        if (wrong)
        {
            throw new InvalidSpecException($"linux.netDevices: \"{name}\" for device {device} is no name of a network device");
        }
    }
}

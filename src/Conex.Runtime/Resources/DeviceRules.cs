using Conex.Linux.Cgroups.Devices;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>Translates device rules, and adds those that every container has.</summary>
public static class DeviceRules
{
    /// <summary>What every container may use whatever its rules say (runtime-spec config-linux.md, "Default Devices"), and making nodes
    /// for any device: opening them is another matter. The list is runc's; programs count on it.</summary>
    public static IReadOnlyList<DeviceRule> Default { get; } =
    [
        new(Allow: true, DeviceKind.All, Major: null, Minor: null, DeviceAccess.MakeNode),
        Character(1, 3), // null
        Character(1, 5), // zero
        Character(1, 7), // full
        Character(1, 8), // random
        Character(1, 9), // urandom
        Character(5, 0), // tty
        Character(5, 2), // ptmx
        Character(136, null), // pts, and the console, which is one of them
    ];

    /// <summary>The rules of a specification and after them the default ones.</summary>
    /// <exception cref="InvalidSpecException">A rule makes no sense.</exception>
    public static List<DeviceRule> From(IReadOnlyList<LinuxDeviceRule>? rules)
    {
        var result = new List<DeviceRule>((rules?.Count ?? 0) + Default.Count);
        foreach (LinuxDeviceRule rule in rules ?? [])
        {
            result.Add(new DeviceRule(rule.Allow, Kind(rule), Number(rule.Major), Number(rule.Minor), Access(rule)));
        }
        result.AddRange(Default);
        return result;
    }

    private static DeviceRule Character(uint major, uint? minor) => new(Allow: true, DeviceKind.Character, major, minor, DeviceAccess.All);

    private static DeviceKind Kind(LinuxDeviceRule rule) =>
        rule.Type switch
        {
            null or "" or "a" => DeviceKind.All,
            "c" or "u" => DeviceKind.Character,
            "b" => DeviceKind.Block,
            _ => throw new InvalidSpecException($"device rule of type '{rule.Type}': the type must be a, b or c"),
        };

    /// <summary>runc writes -1 for all.</summary>
    private static uint? Number(long? number) =>
        number is null or < 0 ? null
        : number <= uint.MaxValue ? (uint)number
        : throw new InvalidSpecException($"device rule with number {number}: a device number has 32 bits");

    private static DeviceAccess Access(LinuxDeviceRule rule)
    {
        DeviceAccess access = DeviceAccess.None;
        foreach (char letter in rule.Access ?? "")
        {
            access |= letter switch
            {
                'r' => DeviceAccess.Read,
                'w' => DeviceAccess.Write,
                'm' => DeviceAccess.MakeNode,
                _ => throw new InvalidSpecException($"device rule with access '{rule.Access}': only r, w and m are known"),
            };
        }
        return access != DeviceAccess.None
            ? access
            : throw new InvalidSpecException("device rule without access: it needs any of r, w and m");
    }
}

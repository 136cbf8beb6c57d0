using System.Globalization;
using Conex.Engine.Errors;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Devices;

/// <summary>Which devices a container's processes may open: everything is denied, then docker's few are allowed.</summary>
internal static class DeviceRules
{
    private static readonly LinuxDeviceRule DenyAll = new() { Allow = false, Access = "rwm" };

    /// <summary>Any node may be made, but only these opened: null, zero, full, random, urandom; tty, console, ptmx; pts.</summary>
    internal static IReadOnlyList<LinuxDeviceRule> Default { get; } =
    [
        DenyAll,
        Allow("c", null, null, "m"),
        Allow("b", null, null, "m"),
        Allow("c", 1, 3),
        Allow("c", 1, 5),
        Allow("c", 1, 7),
        Allow("c", 1, 8),
        Allow("c", 1, 9),
        Allow("c", 5, 0),
        Allow("c", 5, 1),
        Allow("c", 5, 2),
        Allow("c", 136, null),
    ];

    /// <summary>Every device.</summary>
    internal static IReadOnlyList<LinuxDeviceRule> Everything { get; } = [new() { Allow = true, Access = "rwm" }];

    internal static LinuxDeviceRule Allow(string type, long? major, long? minor, string access = "rwm") =>
        new()
        {
            Allow = true,
            Type = type,
            Major = major,
            Minor = minor,
            Access = access,
        };

    /// <summary>Reads <c>c 1:3 rwm</c>, the text of <c>--device-cgroup-rule</c>.</summary>
    /// <exception cref="InvalidRequestException">It is no rule.</exception>
    internal static LinuxDeviceRule Parse(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] numbers = parts.Length == 3 ? parts[1].Split(':') : [];
        if (
            numbers.Length != 2
            || parts[0] is not ("a" or "b" or "c")
            || !Number(numbers[0], out long? major)
            || !Number(numbers[1], out long? minor)
            || !IsAccess(parts[2])
        )
        {
            throw new InvalidRequestException($"invalid device cgroup rule format: '{text}'");
        }
        return Allow(parts[0], major, minor, parts[2]);
    }

    /// <summary>Whether text is of the letters r, w and m.</summary>
    internal static bool IsAccess(string text) => text.Length > 0 && text.All(letter => letter is 'r' or 'w' or 'm');

    private static bool Number(string text, out long? number)
    {
        number = null;
        if (text is "*")
        {
            return true;
        }
        bool isNumber = uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint value);
        number = value;
        return isNumber;
    }
}

using Conex.Linux.Files;

namespace Conex.Linux.Cgroups.Devices;

/// <summary>Device rules as systemd's DeviceAllow= takes them (systemd.resource-control(5)): what is allowed, and nothing else.</summary>
public static class DeviceAllowList
{
    /// <param name="leaveOutUnknown">Whether a group of devices that no driver here has is left out, instead of giving the list up.</param>
    /// <returns>Pairs of device and access; null when the rules allow everything but some, for which systemd has no words.</returns>
    public static List<(string Device, string Access)>? TryMake(IReadOnlyList<DeviceRule> rules, bool leaveOutUnknown = false)
    {
        DeviceExceptions list;
        try
        {
            list = DeviceExceptions.Of(rules);
        }
        catch (CgroupException)
        {
            // A rule takes back a part of another one.
            return null;
        }
        if (list.AllowsByDefault)
        {
            return null;
        }
        string[] known = System.Text.Encoding.UTF8.GetString(FileIo.ReadAll("/proc/devices")).Split('\n');
        List<(string, string)> result = [];
        foreach (DeviceRule rule in list.Rules)
        {
            string kind = rule.Kind == DeviceKind.Block ? "block" : "char";
            string? device =
                rule is { Major: { } major, Minor: { } minor } ? $"/dev/{kind}/{major}:{minor}"
                : rule.Major is { } group ? Group(known, kind, group)
                : $"{kind}-*";
            if (device is null && leaveOutUnknown)
            {
                continue;
            }
            if (device is null)
            {
                // systemd knows groups by name, and only those of drivers that are there: the runtime's own program decides alone.
                return null;
            }
            result.Add((device, rule.AccessText));
        }
        return result;
    }

    /// <summary>/proc/devices has two sections of a number and a name.</summary>
    private static string? Group(string[] known, string kind, uint major)
    {
        bool here = false;
        foreach (string line in known)
        {
            if (line.EndsWith(" devices:", StringComparison.Ordinal))
            {
                here = line.StartsWith(kind, StringComparison.OrdinalIgnoreCase);
            }
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (here && fields.Length == 2 && uint.TryParse(fields[0], out uint number) && number == major)
            {
                return $"{kind}-{fields[1]}";
            }
        }
        return null;
    }
}

using System.Globalization;

namespace Conex.Linux.Cgroups.Devices;

/// <summary>Device rules in the form of the version 1 devices controller (cgroup-v1/devices.rst): a default, and exceptions from it. A
/// request passes only if a single exception covers all of it.</summary>
internal sealed class DeviceExceptions
{
    private readonly Dictionary<DeviceSelection, DeviceAccess> exceptions = [];

    /// <summary>What happens to devices without an exception.</summary>
    internal bool AllowsByDefault { get; private set; }

    /// <summary>The exceptions, each as a rule.</summary>
    internal IEnumerable<DeviceRule> Rules =>
        exceptions.Select(e => new DeviceRule(!AllowsByDefault, e.Key.Kind, e.Key.Major, e.Key.Minor, e.Value));

    /// <summary>The form of a list of rules.</summary>
    /// <exception cref="CgroupException">A rule takes back a part of an earlier one, which this form has no words for.</exception>
    internal static DeviceExceptions Of(IReadOnlyList<DeviceRule> rules)
    {
        var result = new DeviceExceptions();
        foreach (DeviceRule rule in rules)
        {
            if (rule.IsEverything)
            {
                result.AllowsByDefault = rule.Allow;
                result.exceptions.Clear();
                continue;
            }
            result.Add(rule, DeviceKind.Block);
            result.Add(rule, DeviceKind.Character);
        }
        result.Widen();
        return result;
    }

    /// <summary>The form of a devices.list file. Without a default of denial the kernel shows no exceptions.</summary>
    internal static DeviceExceptions Parse(string list)
    {
        var result = new DeviceExceptions();
        foreach (string line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ', ':');
            if (fields.Length != 4 || fields[0] == "a")
            {
                result.AllowsByDefault = true;
                result.exceptions.Clear();
                return result;
            }
            var key = new DeviceSelection(fields[0] == "b" ? DeviceKind.Block : DeviceKind.Character, Number(fields[1]), Number(fields[2]));
            result.exceptions[key] = Access(fields[3]);
        }
        return result;
    }

    /// <summary>What to write so that a cgroup in state <paramref name="current"/> is in this one: what is added comes before what is
    /// taken away, so that no device that both allow is closed in between.</summary>
    /// <returns>Whether each line goes to devices.allow, or to devices.deny; and the line.</returns>
    internal List<(bool Allow, string Line)> ChangesFrom(DeviceExceptions current)
    {
        var lines = new List<(bool, string)>(exceptions.Count + 1);
        if (AllowsByDefault || current.AllowsByDefault)
        {
            lines.Add((AllowsByDefault, "a"));
            foreach ((DeviceSelection key, DeviceAccess access) in exceptions)
            {
                lines.Add((!AllowsByDefault, Line(key, access)));
            }
            return lines;
        }
        foreach ((DeviceSelection key, DeviceAccess access) in exceptions)
        {
            DeviceAccess missing = access & ~current.exceptions.GetValueOrDefault(key);
            if (missing != DeviceAccess.None)
            {
                lines.Add((true, Line(key, missing)));
            }
        }
        foreach ((DeviceSelection key, DeviceAccess access) in current.exceptions)
        {
            DeviceAccess excess = access & ~exceptions.GetValueOrDefault(key);
            if (excess != DeviceAccess.None)
            {
                lines.Add((false, Line(key, excess)));
            }
        }
        return lines;
    }

    private void Add(DeviceRule rule, DeviceKind kind)
    {
        if ((rule.Kind & kind) == DeviceKind.None || rule.Access == DeviceAccess.None)
        {
            return;
        }
        var selection = new DeviceSelection(kind, rule.Major, rule.Minor);
        if (rule.Allow != AllowsByDefault)
        {
            exceptions[selection] = exceptions.GetValueOrDefault(selection) | rule.Access;
            return;
        }
        foreach ((DeviceSelection key, DeviceAccess access) in exceptions.ToArray())
        {
            if (selection.Covers(key))
            {
                DeviceAccess rest = access & ~rule.Access;
                _ = rest == DeviceAccess.None ? exceptions.Remove(key) : (exceptions[key] = rest) != DeviceAccess.None;
            }
            else if (selection.Overlaps(key) && (access & rule.Access) != DeviceAccess.None)
            {
                string verb = rule.Allow ? "allow" : "deny";
                throw new CgroupException(
                    $"device rule {verb} {rule}: cgroup v1 cannot take back a part of the broader rule {Line(key, access)}"
                );
            }
        }
    }

    /// <summary>Gives an exception what broader ones give anyway, because the kernel does not add exceptions up.</summary>
    private void Widen()
    {
        foreach ((DeviceSelection key, DeviceAccess access) in exceptions.ToArray())
        {
            DeviceAccess all = access;
            foreach ((DeviceSelection other, DeviceAccess more) in exceptions)
            {
                all |= other.Covers(key) ? more : DeviceAccess.None;
            }
            exceptions[key] = all;
        }
    }

    private static string Line(DeviceSelection key, DeviceAccess access) =>
        new DeviceRule(Allow: true, key.Kind, key.Major, key.Minor, access).ToString();

    private static uint? Number(string text) => uint.TryParse(text, CultureInfo.InvariantCulture, out uint number) ? number : null;

    private static DeviceAccess Access(string text) =>
        (text.Contains('r') ? DeviceAccess.Read : DeviceAccess.None)
        | (text.Contains('w') ? DeviceAccess.Write : DeviceAccess.None)
        | (text.Contains('m') ? DeviceAccess.MakeNode : DeviceAccess.None);

    private readonly record struct DeviceSelection(DeviceKind Kind, uint? Major, uint? Minor)
    {
        internal bool Covers(DeviceSelection other) =>
            Kind == other.Kind && (Major is null || Major == other.Major) && (Minor is null || Minor == other.Minor);

        internal bool Overlaps(DeviceSelection other) =>
            Kind == other.Kind
            && (Major is null || other.Major is null || Major == other.Major)
            && (Minor is null || other.Minor is null || Minor == other.Minor);
    }
}

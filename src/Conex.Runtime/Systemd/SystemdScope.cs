using Conex.Linux.Cgroups;
using Conex.Linux.DBus;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Linux.Systemd;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.State;

namespace Conex.Runtime.Systemd;

/// <summary>A container's unit: a transient scope, or a slice, that systemd makes around the container's first process.</summary>
public sealed class SystemdScope : IDisposable
{
    private const string PropertyAnnotation = "org.systemd.property.";

    /// <summary>A job of systemd that takes longer is stuck.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SystemdConnection systemd;
    private readonly UnitName name;

    private SystemdScope(SystemdConnection systemd, UnitName name, bool ofUser, string cgroupsPath)
    {
        this.systemd = systemd;
        this.name = name;
        OfUser = ofUser;
        CgroupsPath = cgroupsPath;
    }

    /// <summary>The unit's name.</summary>
    public string Unit => name.Unit;

    /// <summary>Whether it belongs to a user's systemd.</summary>
    public bool OfUser { get; }

    /// <summary>Whether the unit was started, and so is this container's to remove.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Where its cgroup will be, below the mount of each hierarchy.</summary>
    public string CgroupsPath { get; }

    /// <summary>Finds out where a container's unit will be; nothing is made yet.</summary>
    /// <exception cref="InvalidSpecException">The path is none of systemd's, or an ordinary user asks for hierarchies of version 1.</exception>
    /// <exception cref="DBusException">systemd cannot be reached.</exception>
    public static SystemdScope Plan(CgroupHost host, string? cgroupsPath, string id)
    {
        bool user = IsOrdinaryUser();
        if (user && host.Mode != CgroupMode.V2)
        {
            // runc's words. A version 1 hierarchy cannot be given to a user, so a user's systemd has none of them.
            throw new InvalidSpecException("cannot use rootless systemd cgroups manager on cgroup v1");
        }
        UnitName name;
        try
        {
            name = UnitName.Parse(string.IsNullOrEmpty(cgroupsPath) ? $":conex:{id}" : cgroupsPath, user ? "user.slice" : "system.slice");
        }
        catch (FormatException e)
        {
            throw new InvalidSpecException(e.Message);
        }
        var systemd = SystemdConnection.Open(user, Patience);
        try
        {
            return new SystemdScope(systemd, name, user, systemd.ControlGroup() + name.Path);
        }
        catch
        {
            systemd.Dispose();
            throw;
        }
    }

    /// <summary>Starts the unit with a process in it, limits and all, and waits until systemd says that it runs.</summary>
    /// <exception cref="InvalidSpecException">An annotation is no property.</exception>
    /// <exception cref="DBusException">systemd refused, or the unit did not start in time.</exception>
    /// <exception cref="CgroupException">The process is in another cgroup than it should be.</exception>
    public void Start(CgroupHost host, int pid, string id, LinuxResources resources, IReadOnlyDictionary<string, string>? annotations)
    {
        bool legacy = host.Mode != CgroupMode.V2;
        List<UnitProperty> properties =
        [
            new("Description", $"container {id}"),
            new(name.IsSlice ? "Wants" : "Slice", name.IsSlice ? new[] { name.Slice } : name.Slice),
            new("DefaultDependencies", false),
            new("MemoryAccounting", true),
            new("CPUAccounting", true),
            new(legacy ? "BlockIOAccounting" : "IOAccounting", true),
            new("TasksAccounting", true),
            new("CollectMode", "inactive-or-failed"),
            .. ResourceProperties.From(resources, legacy),
        ];
        if (!name.IsSlice)
        {
            properties.Add(new UnitProperty("Delegate", true));
            properties.Add(new UnitProperty("PIDs", new[] { (uint)pid }));
        }
        if (!OfUser)
        {
            properties.AddRange(ResourceProperties.FromDevices(resources.Devices, legacy));
        }
        properties = Known(systemd, properties, legacy);
        properties.AddRange(FromAnnotations(annotations));
        try
        {
            systemd.StartTransient(Unit, properties);
        }
        catch (DBusException e) when (e.Name == "org.freedesktop.systemd1.UnitExists")
        {
            // One of that name that failed is in the way; one that runs stays, and the second try says so.
            systemd.ResetFailed(Unit);
            systemd.StartTransient(Unit, properties);
        }
        IsStarted = true;
        if (!name.IsSlice && SystemdTree.Of(host) is { } tree)
        {
            string place = CgroupHost.PlaceOf(pid, tree);
            string expected = $"{tree.MountPoint}{CgroupsPath}";
            if (place != expected)
            {
                throw new CgroupException($"start {Unit}: systemd put process {pid} in {place}, not in {expected}");
            }
        }
    }

    /// <summary>Tells systemd of changed limits.</summary>
    /// <exception cref="DBusException">systemd refused.</exception>
    public static void Update(ContainerRecord record, CgroupHost host, LinuxResources change) =>
        Set(record, host, ResourceProperties.From(change, host.Mode != CgroupMode.V2), change.Devices);

    /// <summary>Tells systemd of the limits before a change that was refused; one that was not limited before gets systemd's own default.</summary>
    /// <exception cref="DBusException">systemd refused.</exception>
    public static void Restore(ContainerRecord record, CgroupHost host, LinuxResources before, LinuxResources change)
    {
        bool legacy = host.Mode != CgroupMode.V2;
        Set(record, host, ResourceProperties.Restoring(before, change, legacy), change.Devices is null ? null : before.Devices);
    }

    private static void Set(ContainerRecord record, CgroupHost host, List<UnitProperty> properties, IReadOnlyList<LinuxDeviceRule>? devices)
    {
        bool legacy = host.Mode != CgroupMode.V2;
        if (devices is { Count: > 0 } && !record.SystemdOfUser)
        {
            properties.AddRange(ResourceProperties.FromDevices(devices, legacy));
        }
        if (properties.Count > 0)
        {
            using var systemd = SystemdConnection.Open(record.SystemdOfUser, Patience);
            systemd.SetProperties(record.SystemdUnit!, Known(systemd, properties, legacy));
        }
    }

    /// <summary>Hosts with version 1 often have an old systemd, which refuses a unit with a property that it does not know.</summary>
    private static List<UnitProperty> Known(SystemdConnection systemd, List<UnitProperty> properties, bool legacy) =>
        legacy ? ResourceProperties.KnownTo(systemd.Version(), properties) : properties;

    /// <summary>Stops a container's unit, whose processes have ended, and makes systemd forget it.</summary>
    public static void Remove(ContainerRecord record)
    {
        try
        {
            using var systemd = SystemdConnection.Open(record.SystemdOfUser, Patience);
            systemd.Stop(record.SystemdUnit!);
            systemd.ResetFailed(record.SystemdUnit!);
        }
        catch (DBusException)
        {
            // Without systemd the unit is gone, or goes with its cgroup, which is removed next and says what is wrong.
        }
    }

    public void Dispose() => systemd.Dispose();

    /// <summary>Annotations <c>org.systemd.property.NAME</c>; runc reads the same. A name that ends with Sec means microseconds under its
    /// name with USec.</summary>
    private static IEnumerable<UnitProperty> FromAnnotations(IReadOnlyDictionary<string, string>? annotations)
    {
        foreach ((string key, string value) in annotations ?? new Dictionary<string, string>())
        {
            if (!key.StartsWith(PropertyAnnotation, StringComparison.Ordinal))
            {
                continue;
            }
            string property = key[PropertyAnnotation.Length..];
            if (property.Length < 3 || !property.All(char.IsAsciiLetter))
            {
                throw new InvalidSpecException($"annotation {key}: a property's name has letters only, three at least");
            }
            yield return Property(key, property, value);
        }
    }

    private static UnitProperty Property(string key, string property, string text)
    {
        try
        {
            object value = PropertyText.Parse(text);
            return property.EndsWith("Sec", StringComparison.Ordinal) && !property.EndsWith("USec", StringComparison.Ordinal)
                ? new UnitProperty($"{property[..^3]}USec", Microseconds(value))
                : new UnitProperty(property, value);
        }
        catch (FormatException e)
        {
            throw new InvalidSpecException($"annotation {key}: {e.Message}");
        }
    }

    private static ulong Microseconds(object seconds) =>
        seconds switch
        {
            int and >= 0 or uint or long and >= 0 or ulong or double and >= 0 => (ulong)(Convert.ToDecimal(seconds, null) * 1_000_000),
            _ => throw new FormatException("a time is a number of seconds"),
        };

    /// <summary>Not root, or root of a user namespace only: the system's systemd listens to neither.</summary>
    private static bool IsOrdinaryUser()
    {
        if (CurrentProcess.EffectiveUser != 0)
        {
            return true;
        }
        string map = System.Text.Encoding.ASCII.GetString(FileIo.ReadAll("/proc/self/uid_map"));
        return map.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not ["0", "0", "4294967295\n"];
    }
}

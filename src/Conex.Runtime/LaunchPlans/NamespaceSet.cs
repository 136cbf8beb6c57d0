using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The namespaces of a configuration: which are new, which are joined (namespaces(7)).</summary>
public sealed class NamespaceSet
{
    /// <summary>CLONE_NEWTIME, clone3(2) and unshare(2).</summary>
    public const ulong Time = 0x80;
    public const ulong Mount = 0x20000;
    public const ulong Cgroup = 0x2000000;
    public const ulong Uts = 0x4000000;
    public const ulong Ipc = 0x8000000;
    public const ulong User = 0x10000000;
    public const ulong Pid = 0x20000000;
    public const ulong Network = 0x40000000;

    private NamespaceSet(ulong created, IReadOnlyList<(ulong Flag, string Path)> joined)
    {
        Created = created;
        Joined = joined;
    }

    /// <summary>CLONE_NEW* flags of the namespaces to create.</summary>
    public ulong Created { get; }

    /// <summary>Namespaces to join by path, the user namespace first: its capabilities are what joining the others needs.</summary>
    public IReadOnlyList<(ulong Flag, string Path)> Joined { get; }

    /// <summary>CLONE_NEW* flags of the namespaces that the container has for itself, new or joined.</summary>
    public ulong All
    {
        get
        {
            ulong all = Created;
            foreach ((ulong joined, _) in Joined)
            {
                all |= joined;
            }
            return all;
        }
    }

    /// <summary>Whether the container has a namespace of this kind for itself, new or joined.</summary>
    public bool Has(ulong flag) => (All & flag) != 0;

    /// <summary>Whether a namespace of this kind is created.</summary>
    public bool Creates(ulong flag) => (Created & flag) != 0;

    /// <exception cref="InvalidSpecException">An unknown type, one twice, or a combination that cannot be.</exception>
    public static NamespaceSet Parse(LinuxConfig? linux)
    {
        ulong created = 0;
        ulong seen = 0;
        List<(ulong Flag, string Path)> joined = [];
        foreach (LinuxNamespace entry in linux?.Namespaces ?? [])
        {
            ulong flag = FlagOf(entry.Type);
            if ((seen & flag) != 0)
            {
                throw new InvalidSpecException($"duplicate {entry.Type} namespace in linux.namespaces: name each type once");
            }
            seen |= flag;
            if (string.IsNullOrEmpty(entry.Path))
            {
                created |= flag;
            }
            else if (!entry.Path.StartsWith('/'))
            {
                throw new InvalidSpecException($"{entry.Type} namespace path {entry.Path} is not absolute");
            }
            else if (flag == User)
            {
                joined.Insert(0, (flag, entry.Path));
            }
            else
            {
                joined.Add((flag, entry.Path));
            }
        }
        if ((created & Mount) == 0)
        {
            throw new InvalidSpecException("linux.namespaces needs a new mount namespace: add {\"type\": \"mount\"}");
        }
        var set = new NamespaceSet(created, joined);
        if (set.Creates(User) && linux?.UidMappings is not { Count: > 0 })
        {
            throw new InvalidSpecException("user namespaces enabled, but no uid mappings found: add linux.uidMappings");
        }
        if (set.Creates(User) && linux?.GidMappings is not { Count: > 0 })
        {
            throw new InvalidSpecException("user namespaces enabled, but no gid mappings found: add linux.gidMappings");
        }
        if (linux?.TimeOffsets is { Count: > 0 } && !set.Creates(Time))
        {
            throw new InvalidSpecException("linux.timeOffsets needs a new time namespace");
        }
        if (linux?.TimeOffsets is { } offsets)
        {
            foreach ((string clock, LinuxTimeOffset offset) in offsets)
            {
                CheckOffset(clock, offset);
            }
        }
        return set;
    }

    private static void CheckOffset(string clock, LinuxTimeOffset offset)
    {
        const uint second = 1_000_000_000;
        if (clock is not ("monotonic" or "boottime"))
        {
            throw new InvalidSpecException($"linux.timeOffsets: {clock} is no clock of a time namespace: known are monotonic and boottime");
        }
        if (offset.Nanosecs >= second)
        {
            throw new InvalidSpecException($"linux.timeOffsets: {clock} has {offset.Nanosecs} nanoseconds, which is a second or more");
        }
    }

    private static ulong FlagOf(string type) =>
        type switch
        {
            "mount" => Mount,
            "pid" => Pid,
            "network" => Network,
            "uts" => Uts,
            "ipc" => Ipc,
            "user" => User,
            "cgroup" => Cgroup,
            "time" => Time,
            _ => throw new InvalidSpecException(
                $"unknown namespace type \"{type}\": known are pid, network, mount, ipc, uts, user, cgroup and time"
            ),
        };
}

using Conex.Linux.Mounts;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>A mount's option list, sorted into what the kernel takes in different places (mount(8), runtime-spec config.md "Mounts").</summary>
public sealed class MountOptions
{
    /// <summary>Attributes of the mount itself to set.</summary>
    public MountAttributes Set { get; private set; }

    /// <summary>Attributes to clear because the opposite was named.</summary>
    public MountAttributes Clear { get; private set; }

    /// <summary>The same for the mount and all below it (<c>rro</c>, <c>rnosuid</c>, …).</summary>
    public MountAttributes RecursiveSet { get; private set; }

    /// <inheritdoc cref="RecursiveSet"/>
    public MountAttributes RecursiveClear { get; private set; }

    /// <summary>The propagation asked for, or <see cref="Propagation.Unchanged"/>.</summary>
    public Propagation Propagation { get; private set; }

    /// <summary>Whether the propagation holds for all below too (<c>rslave</c>).</summary>
    public bool PropagationRecursive { get; private set; }

    /// <summary>Whether it is a bind through which mounts come in from the host, or go out to it too.</summary>
    public bool PassesOn => Bind && (Propagation is Propagation.Shared or Propagation.Slave);

    /// <summary>Whether another place of the tree is shown, not a file system mounted.</summary>
    public bool Bind { get; private set; }

    /// <summary>Whether mounts below the source are shown too.</summary>
    public bool Recursive { get; private set; }

    /// <summary>Whether attributes of what is mounted there already are changed.</summary>
    public bool Remount { get; private set; }

    /// <summary>Settings of the file system: key and value, or a flag without one.</summary>
    public List<(string Key, string? Value)> Data { get; } = [];

    /// <summary>The attributes with one of the access-time modes cleared when another is set, as mount_setattr(2) demands.</summary>
    public MountAttributes EffectiveClear => (Set & MountAttributes.AccessTimeMask) != 0 ? Clear | MountAttributes.AccessTimeMask : Clear;

    /// <exception cref="InvalidSpecException">An option that is known and not supported.</exception>
    public static MountOptions Parse(string destination, IReadOnlyList<string>? options)
    {
        var parsed = new MountOptions();
        foreach (string option in options ?? [])
        {
            parsed.Add(destination, option);
        }
        return parsed;
    }

    private void Add(string destination, string option)
    {
        (MountAttributes attribute, bool set) = AttributeOf(option);
        if (attribute != MountAttributes.None)
        {
            Apply(attribute, set);
            return;
        }
        if (option.Length > 1 && option[0] == 'r' && AttributeOf(option[1..]) is { Attribute: not MountAttributes.None } recursive)
        {
            RecursiveSet = recursive.Set ? RecursiveSet | recursive.Attribute : RecursiveSet & ~recursive.Attribute;
            RecursiveClear = recursive.Set ? RecursiveClear & ~recursive.Attribute : RecursiveClear | recursive.Attribute;
            return;
        }
        switch (option)
        {
            case "bind":
                Bind = true;
                break;
            case "rbind":
                Bind = true;
                Recursive = true;
                break;
            case "remount":
                Remount = true;
                break;
            case "defaults" or "async" or "nomand" or "nolazytime" or "noiversion" or "loud" or "silent" or "":
                break;
            case "relatime":
                Set &= ~MountAttributes.AccessTimeMask;
                Clear |= MountAttributes.AccessTimeMask;
                break;
            case "idmap" or "ridmap" or "tmpcopyup":
                throw new InvalidSpecException($"mount {destination}: option {option} is not supported yet");
            default:
                if (!AddPropagation(option))
                {
                    int equals = option.IndexOf('=');
                    Data.Add(equals < 0 ? (option, null) : (option[..equals], option[(equals + 1)..]));
                }
                break;
        }
    }

    private bool AddPropagation(string option)
    {
        bool recursive = option.Length > 0 && option[0] == 'r';
        Propagation named = (recursive ? option[1..] : option) switch
        {
            "private" => Propagation.Private,
            "shared" => Propagation.Shared,
            "slave" => Propagation.Slave,
            "unbindable" => Propagation.Unbindable,
            _ => Propagation.Unchanged,
        };
        if (named == Propagation.Unchanged)
        {
            return false;
        }
        Propagation = named;
        PropagationRecursive = recursive;
        return true;
    }

    private void Apply(MountAttributes attribute, bool set)
    {
        Set = set ? Set | attribute : Set & ~attribute;
        Clear = set ? Clear & ~attribute : Clear | attribute;
    }

    private static (MountAttributes Attribute, bool Set) AttributeOf(string option) =>
        option switch
        {
            "ro" => (MountAttributes.ReadOnly, true),
            "rw" => (MountAttributes.ReadOnly, false),
            "nosuid" => (MountAttributes.NoSuid, true),
            "suid" => (MountAttributes.NoSuid, false),
            "nodev" => (MountAttributes.NoDev, true),
            "dev" => (MountAttributes.NoDev, false),
            "noexec" => (MountAttributes.NoExec, true),
            "exec" => (MountAttributes.NoExec, false),
            "noatime" => (MountAttributes.NoAccessTime, true),
            "atime" => (MountAttributes.NoAccessTime, false),
            "strictatime" => (MountAttributes.StrictAccessTime, true),
            "nostrictatime" => (MountAttributes.StrictAccessTime, false),
            "nodiratime" => (MountAttributes.NoDirectoryAccessTime, true),
            "diratime" => (MountAttributes.NoDirectoryAccessTime, false),
            "nosymfollow" => (MountAttributes.NoSymlinkFollow, true),
            "symfollow" => (MountAttributes.NoSymlinkFollow, false),
            _ => (MountAttributes.None, false),
        };
}

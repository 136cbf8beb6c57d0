using Conex.Linux.Mounts;

namespace Conex.Runtime.LaunchPlans;

/// <summary>A mount's option list, sorted into what the kernel takes in different places (mount(8), runtime-spec config.md "Mounts").</summary>
public sealed class MountOptions
{
    /// <summary>Every option that has a meaning here; all others are the file system's.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "async",
        "atime",
        "bind",
        "copy-symlink",
        "defaults",
        "dest-nofollow",
        "dev",
        "diratime",
        "dirsync",
        "exec",
        "idmap",
        "iversion",
        "lazytime",
        "loud",
        "mand",
        "noatime",
        "nodev",
        "nodiratime",
        "noexec",
        "noiversion",
        "nolazytime",
        "nomand",
        "norelatime",
        "nostrictatime",
        "nosuid",
        "nosymfollow",
        "private",
        "ratime",
        "rbind",
        "rdev",
        "rdiratime",
        "relatime",
        "remount",
        "rexec",
        "ridmap",
        "rnoatime",
        "rnodev",
        "rnodiratime",
        "rnoexec",
        "rnorelatime",
        "rnostrictatime",
        "rnosuid",
        "rnosymfollow",
        "ro",
        "rprivate",
        "rrelatime",
        "rro",
        "rrw",
        "rshared",
        "rslave",
        "rstrictatime",
        "rsuid",
        "rsymfollow",
        "runbindable",
        "rw",
        "shared",
        "silent",
        "slave",
        "src-nofollow",
        "strictatime",
        "suid",
        "symfollow",
        "sync",
        "tmpcopyup",
        "unbindable",
    ];

    /// <summary>Attributes of the mount itself.</summary>
    public MountAttributeChange Own { get; } = new();

    /// <summary>Attributes of the mount and all below it (<c>rro</c>, <c>rnosuid</c>, …).</summary>
    public MountAttributeChange Tree { get; } = new();

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

    /// <summary>Whether the file system counts changes of inodes (MS_I_VERSION); null leaves it as it is.</summary>
    public bool? InodeVersions { get; private set; }

    /// <summary>Whether a new tmpfs begins with a copy of the directory that it covers.</summary>
    public bool CopyUp { get; private set; }

    /// <summary>Whether a bind of a symbolic link makes the same link instead.</summary>
    public bool CopySymbolicLink { get; private set; }

    /// <summary>Whether a symbolic link as source is bound itself.</summary>
    public bool SourceNoFollow { get; private set; }

    /// <summary>Whether a symbolic link as mount point is covered itself.</summary>
    public bool DestinationNoFollow { get; private set; }

    /// <summary>The text of <c>idmap</c> or <c>ridmap</c> after the equals sign, empty without one; null: no such option.</summary>
    public string? IdMap { get; private set; }

    /// <summary>Whether IDs are mapped in all mounts below too (<c>ridmap</c>).</summary>
    public bool IdMapRecursive { get; private set; }

    /// <summary>Settings of the file system: key and value, or a flag without one.</summary>
    public List<(string Key, string? Value)> Data { get; } = [];

    /// <summary>Sorts a list of options.</summary>
    public static MountOptions Parse(IReadOnlyList<string>? options)
    {
        var parsed = new MountOptions();
        foreach (string option in options ?? [])
        {
            parsed.Add(option);
        }
        return parsed;
    }

    private void Add(string option)
    {
        if (Own.TryAdd(option) || (option.StartsWith('r') && Tree.TryAdd(option[1..])))
        {
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
            case "iversion" or "noiversion":
                InodeVersions = option == "iversion";
                break;
            case "tmpcopyup":
                CopyUp = true;
                break;
            case "copy-symlink":
                CopySymbolicLink = true;
                break;
            case "src-nofollow":
                SourceNoFollow = true;
                break;
            case "dest-nofollow":
                DestinationNoFollow = true;
                break;
            case "defaults" or "loud" or "silent" or "":
                // The new mount API never writes to the kernel's log; what it has to say comes with the error.
                break;
            default:
                if (!AddPropagation(option) && !AddIdMap(option))
                {
                    // Among these are sync, dirsync, lazytime and mand: settings of every file system.
                    int equals = option.IndexOf('=');
                    Data.Add(equals < 0 ? (option, null) : (option[..equals], option[(equals + 1)..]));
                }
                break;
        }
    }

    private bool AddIdMap(string option)
    {
        int equals = option.IndexOf('=');
        string name = equals < 0 ? option : option[..equals];
        if (name is not ("idmap" or "ridmap"))
        {
            return false;
        }
        IdMap = equals < 0 ? "" : option[(equals + 1)..];
        IdMapRecursive = name == "ridmap";
        return true;
    }

    private bool AddPropagation(string option)
    {
        bool recursive = option[0] == 'r';
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
}

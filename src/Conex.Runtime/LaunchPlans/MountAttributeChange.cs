using Conex.Linux.Mounts;

namespace Conex.Runtime.LaunchPlans;

/// <summary>What mount options want of a mount's attributes. Of two that contradict each other the later one holds.</summary>
public sealed class MountAttributeChange
{
    private MountAttributes set;
    private MountAttributes clear;

    /// <summary>One of the access-time modes, which exclude each other; null leaves it as it is.</summary>
    private MountAttributes? accessTime;

    /// <summary>Attributes to set.</summary>
    public MountAttributes Set => set | (accessTime ?? MountAttributes.None);

    /// <summary>Attributes to clear; mount_setattr(2) wants all bits of the access time cleared when one is set.</summary>
    public MountAttributes Clear => accessTime is null ? clear : clear | MountAttributes.AccessTimeMask;

    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => Set == MountAttributes.None && Clear == MountAttributes.None;

    /// <summary>Takes an option's name; false when it names no attribute.</summary>
    internal bool TryAdd(string option)
    {
        switch (option)
        {
            case "noatime":
                accessTime = MountAttributes.NoAccessTime;
                return true;
            case "strictatime":
                accessTime = MountAttributes.StrictAccessTime;
                return true;
            case "relatime":
                accessTime = MountAttributes.RelativeAccessTime;
                return true;
            case "atime":
                // What is not off is relative by default (mount(8)).
                accessTime = accessTime == MountAttributes.StrictAccessTime ? accessTime : MountAttributes.RelativeAccessTime;
                return true;
            case "nostrictatime":
                accessTime = accessTime == MountAttributes.NoAccessTime ? accessTime : MountAttributes.RelativeAccessTime;
                return true;
            case "norelatime":
                // Takes the flag back; relative is what the kernel does without any.
                return true;
        }
        (MountAttributes attribute, bool on) = AttributeOf(option);
        set = on ? set | attribute : set & ~attribute;
        clear = on ? clear & ~attribute : clear | attribute;
        return attribute != MountAttributes.None;
    }

    private static (MountAttributes Attribute, bool On) AttributeOf(string option) =>
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
            "nodiratime" => (MountAttributes.NoDirectoryAccessTime, true),
            "diratime" => (MountAttributes.NoDirectoryAccessTime, false),
            "nosymfollow" => (MountAttributes.NoSymlinkFollow, true),
            "symfollow" => (MountAttributes.NoSymlinkFollow, false),
            _ => (MountAttributes.None, false),
        };
}

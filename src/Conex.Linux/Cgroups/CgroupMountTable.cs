using System.Text;

namespace Conex.Linux.Cgroups;

/// <summary>Finds the cgroup mounts in the text of /proc/self/mountinfo (proc_pid_mountinfo(5)).</summary>
internal static class CgroupMountTable
{
    private const string StandardPlace = "/sys/fs/cgroup";

    /// <summary>The hierarchies in mount order, each once; one below /sys/fs/cgroup is preferred to one elsewhere.</summary>
    internal static CgroupHierarchy[] Parse(ReadOnlySpan<byte> mountInfo)
    {
        var found = new List<CgroupHierarchy>(12);
        while (mountInfo.Length > 0)
        {
            int end = mountInfo.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? mountInfo : mountInfo[..end];
            mountInfo = end < 0 ? [] : mountInfo[(end + 1)..];
            int separator = line.IndexOf(" - cgroup"u8);
            if (separator >= 0)
            {
                Add(found, line, separator);
            }
        }
        return [.. found];
    }

    private static void Add(List<CgroupHierarchy> found, ReadOnlySpan<byte> line, int separator)
    {
        ReadOnlySpan<byte> type = Field(line[(separator + 3)..], 0);
        ReadOnlySpan<byte> options = Field(line[(separator + 3)..], 2);
        string root = Unescape(Field(line, 3));
        string mountPoint = Unescape(Field(line, 4));
        CgroupHierarchy hierarchy;
        if (type.SequenceEqual("cgroup2"u8))
        {
            hierarchy = new CgroupHierarchy(CgroupVersion.V2, "", [], mountPoint, root);
        }
        else if (type.SequenceEqual("cgroup"u8))
        {
            (string name, string[] controllers) = Controllers(options);
            hierarchy = new CgroupHierarchy(CgroupVersion.V1, name, controllers, mountPoint, root);
        }
        else
        {
            return;
        }
        int same = found.FindIndex(h => h.Version == hierarchy.Version && h.Name == hierarchy.Name);
        if (same < 0)
        {
            found.Add(hierarchy);
        }
        else if (!InStandardPlace(found[same]) && InStandardPlace(hierarchy))
        {
            found[same] = hierarchy;
        }
    }

    private static bool InStandardPlace(CgroupHierarchy hierarchy) =>
        hierarchy.MountPoint.StartsWith(StandardPlace, StringComparison.Ordinal);

    private static (string Name, string[] Controllers) Controllers(ReadOnlySpan<byte> options)
    {
        string? named = null;
        var controllers = new List<string>(2);
        foreach (Range range in options.Split((byte)','))
        {
            string option = Encoding.UTF8.GetString(options[range]);
            if (option.StartsWith("name=", StringComparison.Ordinal))
            {
                named = option;
            }
            else if (!option.Contains('=') && !IsMountFlag(option))
            {
                controllers.Add(option);
            }
        }
        string list = string.Join(',', controllers);
        string name =
            named is null ? list
            : list.Length == 0 ? named
            : $"{list},{named}";
        return (name, [.. controllers]);
    }

    /// <summary>What cgroup v1 prints among the super block's options besides controllers.</summary>
    private static bool IsMountFlag(string option) =>
        option
            is "rw"
                or "ro"
                or "seclabel"
                or "noprefix"
                or "xattr"
                or "clone_children"
                or "cpuset_v2_mode"
                or "favordynmods"
                or "nosuid"
                or "nodev"
                or "noexec"
                or "relatime";

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, int index)
    {
        for (; index > 0; index--)
        {
            line = line[(line.IndexOf((byte)' ') + 1)..];
        }
        int end = line.IndexOf((byte)' ');
        return end < 0 ? line : line[..end];
    }

    /// <summary>Space, tab, newline and backslash stand as three octal digits.</summary>
    private static string Unescape(ReadOnlySpan<byte> field)
    {
        if (!field.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(field);
        }
        byte[] plain = new byte[field.Length];
        int length = 0;
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                plain[length++] = (byte)(((field[i + 1] - '0') << 6) | ((field[i + 2] - '0') << 3) | (field[i + 3] - '0'));
                i += 3;
            }
            else
            {
                plain[length++] = field[i];
            }
        }
        return Encoding.UTF8.GetString(plain, 0, length);
    }
}

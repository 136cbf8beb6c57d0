using System.Globalization;
using System.Text;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Flag words by the names of the C headers, for listings.</summary>
internal static class FlagNames
{
    private static readonly (ulong Value, string Name)[] Open =
    [
        (0x1, "O_WRONLY"),
        (0x2, "O_RDWR"),
        (0x40, "O_CREAT"),
        (0x80, "O_EXCL"),
        (0x100, "O_NOCTTY"),
        (0x200, "O_TRUNC"),
        (0x800, "O_NONBLOCK"),
        (0x10000, "O_DIRECTORY"),
        (0x20000, "O_NOFOLLOW"),
        (0x80000, "O_CLOEXEC"),
        (0x200000, "O_PATH"),
    ];

    private static readonly (ulong Value, string Name)[] Resolve =
    [
        (0x1, "RESOLVE_NO_XDEV"),
        (0x2, "RESOLVE_NO_MAGICLINKS"),
        (0x4, "RESOLVE_NO_SYMLINKS"),
        (0x8, "RESOLVE_BENEATH"),
        (0x10, "RESOLVE_IN_ROOT"),
    ];

    private static readonly (ulong Value, string Name)[] Tree =
    [
        (0x1, "OPEN_TREE_CLONE"),
        (0x100, "AT_SYMLINK_NOFOLLOW"),
        (0x1000, "AT_EMPTY_PATH"),
        (0x8000, "AT_RECURSIVE"),
        (0x80000, "OPEN_TREE_CLOEXEC"),
    ];

    private static readonly (ulong Value, string Name)[] Move = [(0x4, "MOVE_MOUNT_F_EMPTY_PATH"), (0x40, "MOVE_MOUNT_T_EMPTY_PATH")];

    private static readonly (ulong Value, string Name)[] At =
    [
        (0x100, "AT_SYMLINK_NOFOLLOW"),
        (0x1000, "AT_EMPTY_PATH"),
        (0x8000, "AT_RECURSIVE"),
    ];

    private static readonly (ulong Value, string Name)[] Mount =
    [
        (0x1, "MOUNT_ATTR_RDONLY"),
        (0x2, "MOUNT_ATTR_NOSUID"),
        (0x4, "MOUNT_ATTR_NODEV"),
        (0x8, "MOUNT_ATTR_NOEXEC"),
        (0x10, "MOUNT_ATTR_NOATIME"),
        (0x20, "MOUNT_ATTR_STRICTATIME"),
        (0x80, "MOUNT_ATTR_NODIRATIME"),
        (0x100000, "MOUNT_ATTR_IDMAP"),
        (0x200000, "MOUNT_ATTR_NOSYMFOLLOW"),
    ];

    private static readonly (ulong Value, string Name)[] Propagations =
    [
        (1 << 17, "MS_UNBINDABLE"),
        (1 << 18, "MS_PRIVATE"),
        (1 << 19, "MS_SLAVE"),
        (1 << 20, "MS_SHARED"),
    ];

    private static readonly (ulong Value, string Name)[] Clone =
    [
        (0x80, "CLONE_NEWTIME"),
        (0x100, "CLONE_VM"),
        (0x1000, "CLONE_PIDFD"),
        (0x8000, "CLONE_PARENT"),
        (0x20000, "CLONE_NEWNS"),
        (0x2000000, "CLONE_NEWCGROUP"),
        (0x4000000, "CLONE_NEWUTS"),
        (0x8000000, "CLONE_NEWIPC"),
        (0x10000000, "CLONE_NEWUSER"),
        (0x20000000, "CLONE_NEWPID"),
        (0x40000000, "CLONE_NEWNET"),
        (0x100000000, "CLONE_CLEAR_SIGHAND"),
        (0x200000000, "CLONE_INTO_CGROUP"),
    ];

    internal static string OpenFlags(ulong value) =>
        (value & 3) == 0 && (value & 0x200000) == 0 ? Prefix("O_RDONLY", value, Open) : Join(value, Open);

    internal static string ResolveFlags(ulong value) => Join(value, Resolve);

    internal static string TreeFlags(ulong value) => Join(value, Tree);

    internal static string MoveFlags(ulong value) => Join(value, Move);

    internal static string AtFlags(ulong value) => Join(value, At);

    internal static string MountFlags(ulong value) => Join(value, Mount);

    internal static string PropagationFlags(ulong value) => Join(value, Propagations);

    internal static string CloneFlags(ulong value) => Join(value, Clone);

    internal static string CloneFlagsWithSignal(ulong value)
    {
        string signal = ((Processes.Signal)(value & 0xff)).ToString();
        return value <= 0xff ? signal : $"{CloneFlags(value & ~0xffUL)}|{signal}";
    }

    internal static string Prctl(ulong option) =>
        option switch
        {
            1 => "PR_SET_PDEATHSIG",
            4 => "PR_SET_DUMPABLE",
            8 => "PR_SET_KEEPCAPS",
            24 => "PR_CAPBSET_DROP",
            38 => "PR_SET_NO_NEW_PRIVS",
            47 => "PR_CAP_AMBIENT",
            _ => option.ToString(CultureInfo.InvariantCulture),
        };

    internal static string FsConfig(ulong command) =>
        command switch
        {
            0 => "FSCONFIG_SET_FLAG",
            1 => "FSCONFIG_SET_STRING",
            5 => "FSCONFIG_SET_FD",
            6 => "FSCONFIG_CMD_CREATE",
            7 => "FSCONFIG_CMD_RECONFIGURE",
            _ => command.ToString(CultureInfo.InvariantCulture),
        };

    internal static string Ioctl(ulong request) =>
        request switch
        {
            0x5414 => "TIOCSWINSZ",
            0x540E => "TIOCSCTTY",
            0x40045431 => "TIOCSPTLCK",
            0x5441 => "TIOCGPTPEER",
            0x8914 => "SIOCSIFFLAGS",
            _ => $"0x{request:x}",
        };

    private static string Prefix(string first, ulong value, (ulong, string)[] names)
    {
        string rest = Join(value, names);
        return rest == "0" ? first : $"{first}|{rest}";
    }

    private static string Join(ulong value, (ulong Value, string Name)[] names)
    {
        var text = new StringBuilder();
        foreach ((ulong flag, string name) in names)
        {
            if ((value & flag) != 0)
            {
                text.Append(text.Length > 0 ? "|" : "").Append(name);
                value &= ~flag;
            }
        }
        if (value != 0 || text.Length == 0)
        {
            text.Append(text.Length > 0 ? "|" : "").Append(value == 0 ? "0" : $"0x{value:x}");
        }
        return text.ToString();
    }
}

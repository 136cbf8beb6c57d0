namespace Conex.Linux.Raw;

internal static unsafe partial class Libc
{
    internal const int SYS_open_tree = 428;
    internal const int SYS_mount_setattr = 442;

    internal const int AT_RECURSIVE = 0x8000;
    internal const int OPEN_TREE_CLONE = 1;
    internal const ulong MOUNT_ATTR_IDMAP = 0x100000;
}

using System.Runtime.InteropServices;

namespace Conex.Linux.Raw;

internal static unsafe partial class Libc
{
    internal const uint IN_MODIFY = 0x0000_0002;
    internal const uint IN_MOVED_TO = 0x0000_0080;
    internal const uint IN_CREATE = 0x0000_0100;
    internal const uint IN_ONLYDIR = 0x0100_0000;
    internal const int IN_CLOEXEC = 0x80000;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int inotify_add_watch(int fd, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int inotify_rm_watch(int fd, int watch);
}

namespace Conex.Linux.Raw;

internal static partial class Libc
{
    internal const int SYS_eventfd2 = 290;
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;
}

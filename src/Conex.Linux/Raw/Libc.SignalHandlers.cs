using System.Runtime.InteropServices;

namespace Conex.Linux.Raw;

internal static unsafe partial class Libc
{
    internal const int SA_RESTART = 0x10000000;

    /// <summary>glibc's struct sigaction on x86-64: 152 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 152)]
    internal struct SignalAction
    {
        [FieldOffset(0)]
        internal nint sa_handler;

        [FieldOffset(8)]
        internal fixed ulong sa_mask[16];

        [FieldOffset(136)]
        internal int sa_flags;

        [FieldOffset(144)]
        internal nint sa_restorer;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int sigaction(int signal, SignalAction* action, SignalAction* old);
}

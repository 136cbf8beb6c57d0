using System.Runtime.InteropServices;

namespace Conex.Linux.Raw;

internal static unsafe partial class Libc
{
    internal const ulong TIOCGWINSZ = 0x5413;
    internal const ulong TIOCSWINSZ = 0x5414;
    internal const ulong TIOCSCTTY = 0x540E;
    internal const ulong TIOCSPTLCK = 0x40045431;
    internal const ulong TIOCGPTPEER = 0x5441;
    internal const ulong TCGETS = 0x5401;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcgetattr(int fd, byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcsetattr(int fd, int actions, byte* termios);

    [LibraryImport("libc")]
    internal static partial void cfmakeraw(byte* termios);
}

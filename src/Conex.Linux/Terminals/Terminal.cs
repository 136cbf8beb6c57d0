using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Terminals;

/// <summary>The size of a terminal in characters.</summary>
public readonly record struct WindowSize(ushort Rows, ushort Columns);

/// <summary>Terminal settings of a descriptor (termios(3), ioctl_tty(2)).</summary>
public static unsafe class Terminal
{
    private const int TermiosSize = 60;
    private const int TCSADRAIN = 1;

    /// <summary>Whether a descriptor is a terminal.</summary>
    public static bool IsTerminal(FileHandle file)
    {
        byte* settings = stackalloc byte[TermiosSize];
        return Libc.ioctl(file.Descriptor, Libc.TCGETS, (nint)settings) == 0;
    }

    /// <summary>Switches to raw mode: every byte passes unchanged.</summary>
    /// <returns>What restores the settings from before.</returns>
    /// <exception cref="KernelException">ENOTTY: not a terminal.</exception>
    public static TerminalSettings MakeRaw(FileHandle terminal)
    {
        byte[] before = new byte[TermiosSize];
        byte* settings = stackalloc byte[TermiosSize];
        KernelCall.Check(Libc.tcgetattr(terminal.Descriptor, settings), "read the terminal's settings");
        new Span<byte>(settings, TermiosSize).CopyTo(before);
        Libc.cfmakeraw(settings);
        KernelCall.Check(Libc.tcsetattr(terminal.Descriptor, TCSADRAIN, settings), "set the terminal to raw mode");
        return new TerminalSettings(terminal, before);
    }

    /// <summary>The window size, or null when it is not a terminal.</summary>
    public static WindowSize? GetSize(FileHandle terminal)
    {
        ushort* size = stackalloc ushort[4];
        return Libc.ioctl(terminal.Descriptor, Libc.TIOCGWINSZ, (nint)size) == 0 ? new WindowSize(size[0], size[1]) : null;
    }

    /// <summary>Sets the window size; the foreground processes get SIGWINCH.</summary>
    /// <exception cref="KernelException">ENOTTY: not a terminal.</exception>
    public static void SetSize(FileHandle terminal, WindowSize size)
    {
        ushort* words = stackalloc ushort[4] { size.Rows, size.Columns, 0, 0 };
        KernelCall.Check(Libc.ioctl(terminal.Descriptor, Libc.TIOCSWINSZ, (nint)words), "set the terminal's size");
    }

    internal static void Restore(FileHandle terminal, ReadOnlySpan<byte> settings)
    {
        fixed (byte* p = settings)
        {
            _ = Libc.tcsetattr(terminal.Descriptor, TCSADRAIN, p);
        }
    }
}

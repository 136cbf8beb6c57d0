using System.Runtime.InteropServices;
using Conex.Linux.Files;

namespace Conex.Runtime.Tests.Monitors;

/// <summary>A terminal of this process's own (pty(7)).</summary>
internal sealed partial class PseudoTerminal
{
    internal PseudoTerminal()
    {
        Master = PathAt.Open("/dev/ptmx", OpenMode.ReadWrite | OpenMode.NoControllingTerminal);
        Assert.Equal(0, grantpt(Master.Descriptor));
        Assert.Equal(0, unlockpt(Master.Descriptor));
        byte[] name = new byte[64];
        Assert.Equal(0, ptsname_r(Master.Descriptor, name, (nuint)name.Length));
        Path = System.Text.Encoding.ASCII.GetString(name.AsSpan(0, Array.IndexOf(name, (byte)0)));
        Slave = PathAt.Open(Path, OpenMode.ReadWrite | OpenMode.NoControllingTerminal);
    }

    internal string Path { get; }

    internal FileHandle Master { get; }

    internal FileHandle Slave { get; }

    [DllImport("libc")]
    private static extern int grantpt(int fd);

    [DllImport("libc")]
    private static extern int unlockpt(int fd);

    [DllImport("libc")]
    private static extern int ptsname_r(int fd, byte[] name, nuint size);
}

using System.Runtime.InteropServices;
using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Terminals;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>A terminal of the host that a test holds the master of (pty(7)): it types and reads the screen.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private readonly FileStream stream;
    private readonly StreamText screen;

    internal PseudoTerminal(ushort rows, ushort columns)
    {
        FileHandle master = PathAt.Open("/dev/ptmx", OpenMode.ReadWrite | OpenMode.NoControllingTerminal);
        Assert.Equal(0, grantpt(master.Descriptor));
        Assert.Equal(0, unlockpt(master.Descriptor));
        byte[] name = new byte[64];
        Assert.Equal(0, ptsname_r(master.Descriptor, name, (nuint)name.Length));
        Path = Encoding.ASCII.GetString(name.AsSpan(0, Array.IndexOf(name, (byte)0)));
        Master = master;
        Slave = PathAt.Open(Path, OpenMode.ReadWrite | OpenMode.NoControllingTerminal);
        Resize(rows, columns);
        stream = Stream(master);
        screen = new StreamText(stream);
    }

    /// <summary>The master of a terminal that a container made.</summary>
    internal PseudoTerminal(FileHandle master)
    {
        Master = master;
        Path = "";
        stream = Stream(master);
        screen = new StreamText(stream);
    }

    /// <summary>The device on the host; empty for a container's.</summary>
    internal string Path { get; }

    internal FileHandle Master { get; }

    /// <summary>The other side, held open so that the screen does not end between two programs.</summary>
    internal FileHandle? Slave { get; }

    internal string Screen => screen.Text;

    internal void Type(string keys)
    {
        stream.Write(Encoding.UTF8.GetBytes(keys));
        stream.Flush();
    }

    internal void WaitFor(string text) =>
        Assert.True(screen.WaitFor(text, RunningProgram.Patience), $"the terminal does not show \"{text}\" but:\n{Screen}");

    internal void Resize(ushort rows, ushort columns) => Terminal.SetSize(Master, new WindowSize(rows, columns));

    /// <summary>Starts a program on this terminal, in a session whose controlling terminal it is.</summary>
    internal RunningProgram Start(string program, params string[] arguments) =>
        RunningProgram.Start(
            Product.OfMachine("setsid", "util-linux"),
            // The terminal becomes the standard streams first: setsid takes its standard input as the controlling terminal.
            ["sh", "-c", "exec <>\"$0\" >&0 2>&0; exec setsid --wait --ctty \"$@\"", Path, program, .. arguments]
        );

    public void Dispose()
    {
        screen.Stop();
        stream.Dispose();
        Master.Dispose();
        Slave?.Dispose();
    }

    private static FileStream Stream(FileHandle master) =>
        new(new Microsoft.Win32.SafeHandles.SafeFileHandle(master.Descriptor, ownsHandle: false), FileAccess.ReadWrite, bufferSize: 0);

    [DllImport("libc")]
    private static extern int grantpt(int fd);

    [DllImport("libc")]
    private static extern int unlockpt(int fd);

    [DllImport("libc")]
    private static extern int ptsname_r(int fd, byte[] name, nuint size);
}

using HostProcess = System.Diagnostics.Process;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Files that are executed as soon as they are written. What this process has open for writing, a child that it starts meanwhile has too
/// until its execve, and nobody can execute it (ETXTBSY): so writing and starting take turns.</summary>
internal static class Executable
{
    private const UnixFileMode ForAll = (UnixFileMode)0x1ED;
    private static readonly Lock Turn = new();

    internal static void Write(string path, ReadOnlySpan<byte> content)
    {
        lock (Turn)
        {
            File.WriteAllBytes(path, content);
            File.SetUnixFileMode(path, ForAll);
        }
    }

    internal static void Copy(string from, string to)
    {
        lock (Turn)
        {
            File.Copy(from, to);
            File.SetUnixFileMode(to, ForAll);
        }
    }

    /// <summary>Starts a program; it has been executed on return.</summary>
    internal static HostProcess? Start(System.Diagnostics.ProcessStartInfo start)
    {
        lock (Turn)
        {
            return HostProcess.Start(start);
        }
    }
}

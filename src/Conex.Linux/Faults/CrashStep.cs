using System.Diagnostics;
using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Linux.Faults;

/// <summary>Named places at which a test build can be cut, as kill -9 or a power cut would, or held.</summary>
public static class CrashStep
{
    private static readonly string? Last = Environment.GetEnvironmentVariable("CONEX_CRASH_AT");
    private static readonly string? Held = Environment.GetEnvironmentVariable("CONEX_STOP_AT");
    private static int seen;

    /// <summary>Ends this process with SIGKILL when CONEX_CRASH_AT names this step (<c>name</c>, or <c>name#3</c> for its third visit). The file
    /// that CONEX_CRASH_MARK names gets the name as a line before: nothing else tells that a process without a parent ended here. Stops it when
    /// CONEX_STOP_AT is the step's name, until SIGCONT. Compiled away unless CRASH_STEPS is defined.</summary>
    /// <param name="name"><c>noun.verb.step</c>, a literal that stands once in the source.</param>
    [Conditional("CRASH_STEPS")]
    public static void At(string name)
    {
        if (string.Equals(Held, name, StringComparison.Ordinal))
        {
            Signals.Send(Environment.ProcessId, Signal.SIGSTOP);
        }
        if (Last is null || !Last.StartsWith(name, StringComparison.Ordinal))
        {
            return;
        }
        int visit = 1;
        if (Last.Length > name.Length && (Last[name.Length] != '#' || !int.TryParse(Last.AsSpan(name.Length + 1), out visit)))
        {
            return;
        }
        if (Interlocked.Increment(ref seen) == visit)
        {
            Mark(name);
            Signals.Send(Environment.ProcessId, Signal.SIGKILL);
        }
    }

    private static void Mark(string name)
    {
        if (Environment.GetEnvironmentVariable("CONEX_CRASH_MARK") is { Length: > 0 } path)
        {
            using FileHandle file = PathAt.Open(path, OpenMode.Write | OpenMode.Append | OpenMode.Create, 0x1A4);
            FileIo.Write(file, Encoding.ASCII.GetBytes($"{name}\n"), path);
        }
    }
}

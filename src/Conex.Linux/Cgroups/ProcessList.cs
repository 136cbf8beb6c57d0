using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;

namespace Conex.Linux.Cgroups;

/// <summary>Names processes in error sentences and waits for them.</summary>
internal static class ProcessList
{
    private const int Shown = 8;

    /// <summary><c>12 (sleep, state S), 13 (dd, state D)</c>.</summary>
    internal static string Describe(HashSet<int> processes)
    {
        var text = new StringBuilder();
        int count = 0;
        foreach (int pid in processes)
        {
            if (count++ == Shown)
            {
                return text.Append($" and {processes.Count - Shown} more").ToString();
            }
            text.Append(count == 1 ? "" : ", ").Append(pid).Append(Explain(pid));
        }
        return text.ToString();
    }

    /// <summary>Returns when one of the processes has ended, or after the time.</summary>
    internal static void WaitForOne(HashSet<int> processes, int milliseconds)
    {
        foreach (int pid in processes)
        {
            using PidHandle? handle = PidHandle.TryOpen(pid);
            if (handle is not null)
            {
                Poll.Readable([handle], milliseconds);
            }
            return;
        }
        Poll.Readable([], Math.Min(milliseconds, 1));
    }

    private static string Explain(int pid)
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, $"/proc/{pid}/stat", OpenMode.Read, out _);
        Span<byte> buffer = stackalloc byte[128];
        int length = file is null ? 0 : FileIo.TryRead(file, buffer, out Errno _);
        if (length <= 0)
        {
            return "";
        }
        // proc_pid_stat(5): the name stands in parentheses and may hold any character, also a closing one.
        string stat = Encoding.UTF8.GetString(buffer[..length]);
        int open = stat.IndexOf('(');
        int close = stat.LastIndexOf(')');
        return open > 0 && close > open && close + 2 < stat.Length
            ? $" ({stat.AsSpan(open + 1, close - open - 1)}, state {stat[close + 2]})"
            : "";
    }
}

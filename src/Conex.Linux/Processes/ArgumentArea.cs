using System.Globalization;
using System.Text;
using Conex.Linux.Files;

namespace Conex.Linux.Processes;

/// <summary>Where this process's argv and environment strings lie: what /proc/PID/cmdline and environ show (proc_pid_stat(5), fields 48 to 51).</summary>
/// <param name="Start">The first byte's address; 0 when it cannot be found out.</param>
/// <param name="Length">In bytes, argv and environment together.</param>
public readonly record struct ArgumentArea(long Start, long Length)
{
    private const int ArgumentStart = 48;
    private const int EnvironmentEnd = 51;

    /// <summary>Reads it from /proc.</summary>
    public static ArgumentArea Read()
    {
        string text = Encoding.ASCII.GetString(FileIo.ReadAll("/proc/self/stat"));
        // The name in parentheses may hold blanks; field 3 follows it.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        if (fields.Length <= EnvironmentEnd - 3)
        {
            return default;
        }
        long start = long.Parse(fields[ArgumentStart - 3], CultureInfo.InvariantCulture);
        long end = long.Parse(fields[EnvironmentEnd - 3].Trim(), CultureInfo.InvariantCulture);
        return start > 0 && end > start ? new ArgumentArea(start, end - start) : default;
    }
}

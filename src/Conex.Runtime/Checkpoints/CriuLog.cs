using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Runtime.Checkpoints;

/// <summary>The log that criu writes beside its images, or in its work directory.</summary>
internal sealed class CriuLog(string directory, string name)
{
    /// <summary>Errors that end up in a sentence; the last ones are about what came of the first.</summary>
    private const int Quoted = 3;

    private const int LongestLog = 64 << 20;

    /// <summary>The file.</summary>
    internal string Path { get; } = $"{directory}/{name}";

    /// <summary>The sentence about a failure: criu's own errors and where the rest can be read.</summary>
    internal string Explain(string action, string fallback)
    {
        List<string> errors = [];
        foreach (string line in Read().Split('\n'))
        {
            // "(00.067840) Error (criu/mount.c:753): mnt: 92:./proc/timer_list doesn't have a proper root mount"
            int start = line.IndexOf(" Error (", StringComparison.Ordinal);
            int text = start < 0 ? -1 : line.IndexOf("): ", start, StringComparison.Ordinal);
            // The first is only about criu's own comfort, the second repeats that it failed.
            if (
                text >= 0
                && !line.Contains("Can't setup RLIMIT_NOFILE", StringComparison.Ordinal)
                && !line.EndsWith("FAILED.", StringComparison.Ordinal)
            )
            {
                errors.Add(line[(text + 3)..].Trim());
            }
        }
        string reason = errors.Count == 0 ? fallback : string.Join("; ", errors.Take(Quoted));
        return $"{action}: {reason} (criu's log is {Path})";
    }

    private string Read()
    {
        try
        {
            return Encoding.UTF8.GetString(FileIo.ReadAll(Path, LongestLog));
        }
        catch (KernelException)
        {
            // criu failed before it had a log.
            return "";
        }
    }
}

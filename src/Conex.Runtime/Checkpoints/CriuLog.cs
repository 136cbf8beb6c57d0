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

    /// <summary>Errors that criu goes on after, since it only looks what the kernel can, and the one that repeats that it failed.</summary>
    private static readonly string[] Noise = ["Can't setup RLIMIT_NOFILE", "Unable to create tun", "cgroupd: recv req error", " FAILED."];

    /// <summary>The file.</summary>
    internal string Path { get; } = $"{directory}/{name}";

    /// <summary>Removes the log of an earlier attempt, which would be quoted for this one's.</summary>
    /// <exception cref="KernelException">It cannot be removed.</exception>
    internal void Clear() => PathAt.Unlink(PathAt.Current, Path);

    /// <summary>The sentence about a failure: criu's own errors and where the rest can be read.</summary>
    internal string Explain(string action, string fallback)
    {
        List<string> errors = [];
        foreach (string line in Read().Split('\n'))
        {
            // "(00.067840) Error (criu/mount.c:753): mnt: 92:./proc/timer_list doesn't have a proper root mount"
            int start = line.IndexOf(" Error (", StringComparison.Ordinal);
            int text = start < 0 ? -1 : line.IndexOf("): ", start, StringComparison.Ordinal);
            if (text >= 0 && !Array.Exists(Noise, n => line.Contains(n, StringComparison.Ordinal)))
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

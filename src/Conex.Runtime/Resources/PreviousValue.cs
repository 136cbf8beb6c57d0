namespace Conex.Runtime.Resources;

/// <summary>What has to be written to a cgroup file to undo a write, from the file's text before it.</summary>
public static class PreviousValue
{
    /// <param name="file">The file's name.</param>
    /// <param name="text">What it held, without the last newline.</param>
    /// <param name="written">What is written over it.</param>
    /// <returns>Null when the file does not tell what to write.</returns>
    public static string? Of(string file, string text, string written) =>
        file switch
        {
            "memory.oom_control" => Field(text, "oom_kill_disable"),
            _ when IsKeyed(file) && KeyOf(written) is { } key => Keyed(file, text, key, written),
            // A weight stands in the first line, before those of single devices.
            _ when IsWeight(file) => FirstLine(text),
            // An empty write is no write; an empty line clears a cpuset.
            _ => text.Length == 0 ? "\n" : text,
        };

    /// <summary>Files with a line for each device or interface, which is what a write begins with.</summary>
    private static bool IsKeyed(string file) =>
        IsWeight(file)
        || file
            is "io.max"
                or "io.latency"
                or "rdma.max"
                or "misc.max"
                or "net_prio.ifpriomap"
                or "blkio.leaf_weight_device"
                or "blkio.weight_device"
                or "blkio.bfq.weight_device"
        || file.StartsWith("blkio.throttle.", StringComparison.Ordinal);

    private static bool IsWeight(string file) => file is "io.weight" or "io.bfq.weight";

    private static string? KeyOf(string written) =>
        written.IndexOf(' ') is var space and > 0 && !written.StartsWith("default ", StringComparison.Ordinal) ? written[..space] : null;

    private static string? Keyed(string file, string text, string key, string written) =>
        Field(text, key) is { } values ? $"{key} {values}"
        : file is "io.max" or "rdma.max" ? $"{key} {Unlimited(written)}"
        : file == "misc.max" ? $"{key} max"
        : file == "io.latency" ? $"{key} target=0"
        : IsWeight(file) ? $"{key} default"
        : $"{key} 0";

    /// <summary><c>8:0 rbps=1 wbps=2</c>: the same settings, each unlimited.</summary>
    private static string Unlimited(string written)
    {
        string[] settings = written.Split(' ')[1..];
        for (int i = 0; i < settings.Length; i++)
        {
            settings[i] = $"{settings[i].Split('=')[0]}=max";
        }
        return string.Join(' ', settings);
    }

    private static string? Field(string text, string key)
    {
        foreach (string line in text.Split('\n'))
        {
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key, StringComparison.Ordinal))
            {
                return line[(key.Length + 1)..];
            }
        }
        return null;
    }

    private static string FirstLine(string text) => text.IndexOf('\n') is var end and >= 0 ? text[..end] : text;
}

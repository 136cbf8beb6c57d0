namespace Hello;

/// <summary>Which namespaces are the container's own.</summary>
internal static class NamespaceFacts
{
    private static readonly string[] Types = ["pid", "mnt", "net", "uts", "ipc", "user", "cgroup", "time"];

    internal static void Describe(Report report)
    {
        List<string> own = [];
        List<string> shared = [];
        foreach (string type in Types)
        {
            string? target = ReadLink($"/proc/self/ns/{type}");
            if (target is not null)
            {
                (IsInitial(type, target) ? shared : own).Add(type);
            }
        }
        report.Fact("namespaces", own.Count == 0 ? "none of its own" : $"its own: {string.Join(' ', own)}");
        if (shared.Count > 0)
        {
            report.Fact("", $"the host's: {string.Join(' ', shared)}");
        }
    }

    /// <summary>The kernel gives the first namespace of each type a fixed number (include/uapi/linux/nsfs.h); those of the network and of
    /// mounts were the first dynamic ones before they were fixed too.</summary>
    private static bool IsInitial(string type, string target)
    {
        int open = target.IndexOf('[');
        _ = ulong.TryParse(target.AsSpan(open + 1, Math.Max(target.Length - open - 2, 0)), out ulong number);
        return type switch
        {
            "ipc" => number == 0xEFFFFFFF,
            "uts" => number == 0xEFFFFFFE,
            "user" => number == 0xEFFFFFFD,
            "pid" => number == 0xEFFFFFFC,
            "cgroup" => number == 0xEFFFFFFB,
            "time" => number == 0xEFFFFFFA,
            "net" => number is 0xEFFFFFF9 or 0xF0000000 or 0xF0000098,
            _ => number is 0xEFFFFFF8 or 0xF0000001,
        };
    }

    private static string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

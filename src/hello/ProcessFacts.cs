namespace Hello;

/// <summary>Who this process is.</summary>
internal static class ProcessFacts
{
    internal static void Describe(Report report)
    {
        string status = Report.Read("/proc/self/status") ?? "";
        string host = Report.Read("/proc/sys/kernel/hostname") ?? "unknown";
        report.Fact("process", $"PID {Environment.ProcessId} of {CountProcesses()} that it can see, on host \"{host}\"");
        report.Fact("user", $"{First(Field(status, "Uid"))}:{First(Field(status, "Gid"))}, {Mapping()}");
        report.Fact("kernel", Report.Read("/proc/sys/kernel/osrelease") is { } release ? $"Linux {release}" : "unknown: no /proc here");
    }

    /// <summary>The value of a line <c>Name:\tvalue</c>; empty when there is none.</summary>
    internal static string Field(string status, string name)
    {
        foreach (string line in status.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':')
            {
                return line[(name.Length + 1)..].Trim();
            }
        }
        return "";
    }

    private static string First(string values) => values.Split('\t')[0];

    private static int CountProcesses()
    {
        int count = 0;
        try
        {
            foreach (string directory in Directory.EnumerateDirectories("/proc"))
            {
                count += int.TryParse(Path.GetFileName(directory), out _) ? 1 : 0;
            }
        }
        catch (IOException)
        {
            return 1;
        }
        return count;
    }

    private static string Mapping()
    {
        string map = Report.Read("/proc/self/uid_map") ?? "";
        string[] fields = map.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return fields switch
        {
            ["0", "0", "4294967295"] => "users are the host's (no user namespace)",
            { Length: >= 3 } => $"user {fields[0]} here is {fields[1]} outside, {fields[2]} users are mapped",
            _ => "no user mapping to be read",
        };
    }
}

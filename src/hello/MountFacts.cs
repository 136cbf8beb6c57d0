namespace Hello;

/// <summary>The root file system and what else is mounted.</summary>
internal static class MountFacts
{
    internal static void Describe(Report report)
    {
        List<string> mounts = [];
        string root = "unknown: no /proc here";
        foreach (string line in (Report.Read("/proc/self/mountinfo") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-");
            if (dash < 0 || dash + 1 >= fields.Length)
            {
                continue;
            }
            string access = $",{fields[5]},".Contains(",ro,", StringComparison.Ordinal) ? "read-only" : "writable";
            if (fields[4] == "/")
            {
                root = $"{fields[dash + 1]}, {access}";
            }
            else
            {
                mounts.Add(access == "read-only" ? $"{fields[4]}(ro)" : fields[4]);
            }
        }
        report.Fact("root", root);
        report.Fact("mounts", mounts.Count == 0 ? "none" : string.Join(' ', mounts));
    }
}

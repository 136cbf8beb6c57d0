namespace Conex.EndToEnd.Tests.Support;

/// <summary>Looks for what a test left on the host: mounts, cgroups, processes. Everything of a test carries the test's name, in a path, an
/// ID or an environment variable, so that tests that run at the same time do not see each other.</summary>
internal sealed class LeakCheck(string name)
{
    /// <summary>A killed process may take a moment to go.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Places where other programs of the machine mount and unmount while tests run.</summary>
    private static readonly string[] Foreign = ["/tmp/", "/var/tmp/", "/home/", "/root/", "/mnt/", "/media/", "/run/user/"];

    private readonly Dictionary<string, int> mountsBefore = Mounts();

    /// <summary>What is left now, one sentence each; waits a while for it to go.</summary>
    internal List<string> Find()
    {
        List<string> found = [];
        Eventually.Becomes(
            () =>
            {
                found = [.. LeakedMounts(), .. Cgroups(), .. Processes()];
                return found.Count == 0;
            },
            Patience
        );
        return found;
    }

    /// <summary>The cgroup directories that carry the name, in any hierarchy, those inside others first.</summary>
    internal IEnumerable<string> CgroupDirectories() => CgroupDirectories("/sys/fs/cgroup", $"*{name}*").OrderByDescending(d => d.Length);

    /// <summary>The cgroup directories somewhere below one whose names match.</summary>
    internal static string[] CgroupDirectories(string below, string pattern)
    {
        try
        {
            return Directory.GetDirectories(below, pattern, SearchOption.AllDirectories);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cgroup vanished while it was looked at.
            return Directory.Exists(below) ? CgroupDirectories(below, pattern) : [];
        }
    }

    /// <summary>The numbers of the processes that carry the name; zombies hold nothing and do not count.</summary>
    internal IEnumerable<int> ProcessNumbers() =>
        from directory in Directory.EnumerateDirectories("/proc")
        let number = int.TryParse(Path.GetFileName(directory), out int pid) ? pid : 0
        where number > 0 && number != Environment.ProcessId && Belongs(directory)
        select number;

    /// <summary>The lines of a mountinfo file that carry the name, or whose mount points are none of other programs'.</summary>
    internal string[] MountLines(string file) =>
        [.. File.ReadAllLines(file).Where(line => line.Contains(name, StringComparison.Ordinal) || !IsForeign(line.Split(' ')[4]))];

    private static bool IsForeign(string point) => Array.Exists(Foreign, f => point.StartsWith(f, StringComparison.Ordinal));

    private IEnumerable<string> LeakedMounts() =>
        from entry in Mounts()
        let line = entry.Key
        where entry.Value > mountsBefore.GetValueOrDefault(line)
        let point = line.Split(' ')[1]
        where line.Contains(name, StringComparison.Ordinal) || !IsForeign(point)
        select $"the host's mount table has a new line: {line}";

    private IEnumerable<string> Cgroups() =>
        CgroupDirectories().ToList() is { Count: > 0 } left ? [$"{left.Count} cgroup directories are left, such as {left[0]}"] : [];

    private IEnumerable<string> Processes() =>
        ProcessNumbers().Select(p => $"process {p} is left: {Read($"/proc/{p}/cmdline").Replace('\0', ' ')} {Status(p)}");

    private static string Status(int pid) => string.Join(' ', Read($"/proc/{pid}/status").Split('\n').Take(7)).Replace('\t', ' ');

    /// <summary>By its command line, its environment, its cgroup, or by what a mount namespace of its own shows: the host's shows the same to all.</summary>
    private bool Belongs(string process) =>
        !Read($"{process}/stat").Contains(") Z ", StringComparison.Ordinal)
        && (
            Read($"{process}/cmdline").Contains(name, StringComparison.Ordinal)
            || Read($"{process}/environ").Contains(name, StringComparison.Ordinal)
            || Read($"{process}/cgroup").Contains(name, StringComparison.Ordinal)
            || (!SharesMounts(process) && Read($"{process}/mountinfo").Contains(name, StringComparison.Ordinal))
        );

    private static bool SharesMounts(string process)
    {
        try
        {
            return string.Equals(LinkOf($"{process}/ns/mnt"), LinkOf("/proc/self/ns/mnt"), StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Gone.
            return true;
        }
    }

    private static string? LinkOf(string path) => new FileInfo(path).LinkTarget;

    /// <summary>Root, mount point, type and source of every mount, and how often it is there.</summary>
    private static Dictionary<string, int> Mounts() =>
        File.ReadAllLines("/proc/self/mountinfo")
            .Select(line => line.Split(' '))
            .CountBy(f => $"{f[3]} {f[4]} {string.Join(' ', f.SkipWhile(x => x != "-").Skip(1).Take(2))}", StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);

    internal static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Linux.Mounts;

/// <summary>What /proc/self/mountinfo says (proc_pid_mountinfo(5)).</summary>
public static class MountTable
{
    /// <summary>The type of the file system that lies on a device; null when none is mounted in this process's view.</summary>
    /// <exception cref="KernelException">/proc cannot be read.</exception>
    public static string? FindType(uint major, uint minor)
    {
        foreach ((string[] mount, string[] fileSystem) in Read())
        {
            if (mount[2] == $"{major}:{minor}")
            {
                return fileSystem[0];
            }
        }
        return null;
    }

    /// <summary>Where a file system of this type is mounted; null when it is nowhere.</summary>
    /// <exception cref="KernelException">/proc cannot be read.</exception>
    public static string? FindMountPoint(string type)
    {
        foreach ((string[] mount, string[] fileSystem) in Read())
        {
            if (fileSystem[0] == type)
            {
                return mount[4];
            }
        }
        return null;
    }

    /// <summary>The mounts that a process sees, in the order of the table.</summary>
    /// <param name="pid">The process; null: this thread.</param>
    /// <exception cref="KernelException">There is no such process.</exception>
    public static IReadOnlyList<MountEntry> Of(int? pid)
    {
        List<MountEntry> entries = [];
        foreach ((string[] mount, string[] fileSystem) in Read(pid is null ? "/proc/thread-self/mountinfo" : $"/proc/{pid}/mountinfo"))
        {
            entries.Add(new MountEntry(mount[0], mount[2], Unescape(mount[3]), Unescape(mount[4]), fileSystem[0]));
        }
        return entries;
    }

    /// <summary>Space, tab, newline and backslash stand there as three octal digits.</summary>
    private static string Unescape(string field) =>
        field
            .Replace("\\040", " ", StringComparison.Ordinal)
            .Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\012", "\n", StringComparison.Ordinal)
            .Replace("\\134", "\\", StringComparison.Ordinal);

    /// <summary>The fields of each line before and after the hyphen.</summary>
    private static IEnumerable<(string[] Mount, string[] FileSystem)> Read(string path = "/proc/self/mountinfo")
    {
        foreach (string line in Encoding.UTF8.GetString(FileIo.ReadAll(path)).Split('\n'))
        {
            int hyphen = line.IndexOf(" - ", StringComparison.Ordinal);
            if (hyphen >= 0)
            {
                yield return (line[..hyphen].Split(' '), line[(hyphen + 3)..].Split(' '));
            }
        }
    }
}

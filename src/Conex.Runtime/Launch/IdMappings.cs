using System.Globalization;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Launch;

/// <summary>uid_map and gid_map of a new user namespace (user_namespaces(7)).</summary>
internal static class IdMappings
{
    /// <summary>Root writes both files. The kernel lets an ordinary user map one ID, the user's own; all else newuidmap and newgidmap write.</summary>
    /// <exception cref="LaunchException">newuidmap or newgidmap is missing or refused; the message says what helps.</exception>
    /// <exception cref="KernelException">The kernel refused a mapping.</exception>
    internal static void Write(int pid, IReadOnlyList<LinuxIdMapping> users, IReadOnlyList<LinuxIdMapping> groups)
    {
        if (CurrentProcess.EffectiveUser == 0)
        {
            WriteFile($"/proc/{pid}/gid_map", Lines(groups));
            WriteFile($"/proc/{pid}/uid_map", Lines(users));
            return;
        }
        // Both programs run at the same time.
        using SubordinateIds? ofUsers = MapsOwnAlone(users, CurrentProcess.EffectiveUser) ? null : SubordinateIds.MapUsers(pid, users);
        if (!DeniesSetGroups(groups))
        {
            using SubordinateIds ofGroups = SubordinateIds.MapGroups(pid, groups);
            ofGroups.Await();
        }
        else
        {
            // Without privilege the group mapping is taken only after setgroups(2) is given up.
            WriteFile($"/proc/{pid}/setgroups", "deny");
            WriteFile($"/proc/{pid}/gid_map", Lines(groups));
        }
        if (ofUsers is null)
        {
            WriteFile($"/proc/{pid}/uid_map", Lines(users));
        }
        else
        {
            ofUsers.Await();
        }
    }

    /// <summary>Whether setgroups(2) is given up for good in a namespace that this ordinary user makes: its own group alone is mapped.</summary>
    internal static bool DeniesSetGroups(IReadOnlyList<LinuxIdMapping> groups) => MapsOwnAlone(groups, CurrentProcess.EffectiveGroup);

    /// <summary>The ranges of this process's IDs that a mapping file shows.</summary>
    /// <exception cref="KernelException">The file cannot be read.</exception>
    internal static IReadOnlyList<(uint First, uint Size)> ReadHostRanges(string path)
    {
        List<(uint First, uint Size)> ranges = [];
        foreach (string line in Encoding.ASCII.GetString(FileIo.ReadAll(path)).Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 3)
            {
                ranges.Add((uint.Parse(fields[1], CultureInfo.InvariantCulture), uint.Parse(fields[2], CultureInfo.InvariantCulture)));
            }
        }
        return ranges;
    }

    private static bool MapsOwnAlone(IReadOnlyList<LinuxIdMapping> mappings, uint own) =>
        mappings is [{ Size: 1 } single] && single.HostId == own;

    private static string Lines(IReadOnlyList<LinuxIdMapping> mappings)
    {
        var text = new StringBuilder();
        foreach (LinuxIdMapping mapping in mappings)
        {
            text.Append(mapping.ContainerId).Append(' ').Append(mapping.HostId).Append(' ').Append(mapping.Size).Append('\n');
        }
        return text.ToString();
    }

    private static void WriteFile(string path, string text)
    {
        using FileHandle file = PathAt.Open(path, OpenMode.Write);
        FileIo.Write(file, Encoding.ASCII.GetBytes(text), path);
    }
}

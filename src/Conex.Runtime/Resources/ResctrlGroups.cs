using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>linux.intelRdt: a container's class of service and monitoring group in the resctrl file system (the kernel's resctrl.rst).</summary>
/// <param name="Tasks">The directories whose <c>tasks</c> files take the container's processes.</param>
/// <param name="Owned">The directories that were made for the container alone, those inside others first.</param>
public sealed record ResctrlGroups(IReadOnlyList<string> Tasks, IReadOnlyList<string> Owned)
{
    /// <summary>Where resctrl is mounted on this host.</summary>
    /// <exception cref="InvalidSpecException">It is not.</exception>
    public static string FindRoot() =>
        TryFindRoot()
        ?? throw new InvalidSpecException(
            "linux.intelRdt: no resctrl file system is mounted: the processor has none, or mount -t resctrl resctrl /sys/fs/resctrl makes it"
        );

    /// <summary>Where resctrl is mounted on this host; null where it is not.</summary>
    public static string? TryFindRoot() => MountTable.FindMountPoint("resctrl");

    /// <summary>Which groups a configuration means; nothing is changed yet, so that what will be made can be written down before.</summary>
    /// <param name="root">Where resctrl is mounted.</param>
    /// <exception cref="InvalidSpecException">The class has no name or does not exist, or its settings are others.</exception>
    public static ResctrlGroups Find(LinuxIntelRdt rdt, string id, string root)
    {
        string name = string.IsNullOrEmpty(rdt.ClosId) ? id : rdt.ClosId;
        bool isRoot = name == "/";
        if (!isRoot && (name.Contains('/') || name is "." or ".." or "info" or "mon_groups" or "mon_data"))
        {
            throw new InvalidSpecException($"linux.intelRdt: \"{name}\" is no name of a class of service");
        }
        string directory = isRoot ? root : $"{root}/{name}";
        bool exists = PathAt.Status(directory) is { IsDirectory: true };
        List<string> schemata = Schemata(rdt);
        if (!string.IsNullOrEmpty(rdt.ClosId))
        {
            if (!exists && schemata.Count == 0)
            {
                throw new InvalidSpecException(
                    $"linux.intelRdt: the class of service {name} does not exist, and no schema says what to make"
                );
            }
            if (exists && schemata.Count > 0)
            {
                ResctrlSchemata.Compare(name, schemata, Encoding.UTF8.GetString(FileIo.ReadAll($"{directory}/schemata")));
            }
        }
        List<string> tasks = [directory];
        List<string> owned = [];
        if (rdt.EnableMonitoring)
        {
            tasks.Add($"{directory}/mon_groups/{id}");
            owned.Add($"{directory}/mon_groups/{id}");
        }
        if (!exists || string.IsNullOrEmpty(rdt.ClosId))
        {
            owned.Add(directory);
        }
        return new ResctrlGroups(tasks, owned);
    }

    /// <summary>Makes what is not there, with its settings.</summary>
    /// <exception cref="InvalidSpecException">The processor refuses the settings; the kernel's own words are in the message.</exception>
    /// <exception cref="KernelException">A group cannot be made: ENOSPC, the processor has no more.</exception>
    public void Make(LinuxIntelRdt rdt, string root)
    {
        for (int i = Owned.Count - 1; i >= 0; i--)
        {
            _ = PathAt.TryMakeDirectory(PathAt.Current, Owned[i], 0x1ED);
        }
        List<string> schemata = Schemata(rdt);
        if (schemata.Count == 0 || !Contains(Owned, Tasks[0]))
        {
            return;
        }
        ResctrlSchemata.Write(Tasks[0], root, schemata);
    }

    /// <summary>Puts a process into the groups; what it starts later is in them too.</summary>
    /// <exception cref="KernelException">A group is gone.</exception>
    public void Join(int pid)
    {
        foreach (string directory in Tasks)
        {
            Join(directory, pid);
        }
    }

    /// <summary>Puts one thread into one group.</summary>
    internal static void Join(string directory, int thread) =>
        ResctrlSchemata.WriteFile($"{directory}/tasks", thread.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Removes what was made for the container; what is gone is no error.</summary>
    /// <exception cref="KernelException">rmdir(2) refused.</exception>
    public void Remove()
    {
        foreach (string directory in Owned)
        {
            _ = PathAt.RemoveDirectory(PathAt.Current, directory);
        }
    }

    /// <summary>The lines to write: cache and bandwidth, then those that are given as they are.</summary>
    private static List<string> Schemata(LinuxIntelRdt rdt)
    {
        List<string> lines = [];
        bool bandwidth = !string.IsNullOrEmpty(rdt.MemBwSchema);
        foreach (string line in (rdt.L3CacheSchema ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Of two lines for the bandwidth, that of memBwSchema holds (runtime-spec config-linux.md, "IntelRdt").
            if (!bandwidth || !line.TrimStart().StartsWith("MB:", StringComparison.Ordinal))
            {
                lines.Add(line);
            }
        }
        if (bandwidth)
        {
            lines.Add(rdt.MemBwSchema!);
        }
        lines.AddRange(rdt.Schemata ?? []);
        return lines;
    }

    private static bool Contains(IReadOnlyList<string> list, string item)
    {
        foreach (string candidate in list)
        {
            if (candidate == item)
            {
                return true;
            }
        }
        return false;
    }
}

using System.Globalization;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>Changes the schemata of a container's resctrl group (the kernel's resctrl.rst). A container without one gets one.</summary>
/// <param name="L3CacheSchema">A line as <c>L3:0=f;1=f0</c>; null: as it is.</param>
/// <param name="MemBwSchema">A line as <c>MB:0=20;1=70</c>; null: as it is.</param>
public sealed record ResctrlUpdate(string? L3CacheSchema, string? MemBwSchema)
{
    /// <summary>Processes may fork while they are moved; what is forked by one that was moved is moved too.</summary>
    private const int MostRounds = 20;

    /// <summary>Refuses, in runc's words, what the processor or its kernel cannot do.</summary>
    /// <param name="root">Where resctrl is mounted; null where it is not.</param>
    /// <exception cref="InvalidSpecException">It cannot.</exception>
    public void Check(string? root)
    {
        if (L3CacheSchema is not null && !Has(root, "L3"))
        {
            throw new InvalidSpecException("Intel RDT/CAT: l3 cache schema is not enabled");
        }
        if (MemBwSchema is not null && !Has(root, "MB"))
        {
            throw new InvalidSpecException("Intel RDT/MBA: memory bandwidth schema is not enabled");
        }
    }

    /// <summary>The group that the container is in, or the one that it gets; nothing is changed yet.</summary>
    /// <param name="present">The groups of the container; null without any.</param>
    public static ResctrlGroups GroupsOf(ResctrlGroups? present, string id, string root) =>
        present ?? new ResctrlGroups([$"{root}/{id}"], [$"{root}/{id}"]);

    /// <summary>Writes the schemata.</summary>
    /// <param name="groups">Of <see cref="GroupsOf"/>; made if it is not there.</param>
    /// <param name="processes">The container's processes now, all of which join a group that it has not been in before.</param>
    /// <returns>The schemata before, for <see cref="Restore"/>; null where the group is new.</returns>
    /// <exception cref="InvalidSpecException">The processor refuses the settings; the kernel's own words are in the message.</exception>
    /// <exception cref="KernelException">A group cannot be made or is gone.</exception>
    public string? Apply(ResctrlGroups groups, string root, bool isNew, Func<IReadOnlyCollection<int>> processes)
    {
        string directory = groups.Tasks[0];
        bool made = isNew && PathAt.TryMakeDirectory(PathAt.Current, directory, 0x1ED);
        try
        {
            string? before = isNew ? null : Encoding.UTF8.GetString(FileIo.ReadAll($"{directory}/schemata"));
            ResctrlSchemata.Write(directory, root, Lines());
            if (isNew)
            {
                Join(directory, processes);
            }
            return before;
        }
        catch when (made)
        {
            _ = PathAt.RemoveDirectory(PathAt.Current, directory);
            throw;
        }
    }

    /// <summary>Puts the settings back that an <see cref="Apply"/> changed; a group that it made is removed.</summary>
    public static void Restore(ResctrlGroups groups, string root, string? before)
    {
        try
        {
            if (before is null)
            {
                groups.Remove();
            }
            else
            {
                ResctrlSchemata.Write(groups.Tasks[0], root, before.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }
        }
        catch (Exception e) when (e is InvalidSpecException or KernelException)
        {
            // The error that led here is the one to report.
        }
    }

    private static bool Has(string? root, string resource) =>
        root is not null && PathAt.Status($"{root}/info/{resource}") is { IsDirectory: true };

    private List<string> Lines()
    {
        List<string> lines = [];
        if (L3CacheSchema is not null)
        {
            lines.Add(L3CacheSchema);
        }
        if (MemBwSchema is not null)
        {
            lines.Add(MemBwSchema);
        }
        return lines;
    }

    /// <summary>The <c>tasks</c> file takes one thread at a time; a thread begins in the group of that which made it.</summary>
    private static void Join(string directory, Func<IReadOnlyCollection<int>> processes)
    {
        HashSet<int> moved = [];
        for (int round = 0; round < MostRounds; round++)
        {
            bool found = false;
            foreach (int pid in processes())
            {
                foreach (int thread in Threads(pid))
                {
                    if (moved.Add(thread))
                    {
                        found = true;
                        TryJoin(directory, thread);
                    }
                }
            }
            if (!found)
            {
                return;
            }
        }
    }

    private static IEnumerable<int> Threads(int pid)
    {
        string place = $"/proc/{pid}/task";
        try
        {
            return [.. Directory.GetDirectories(place).Select(d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            // It has ended.
            return [];
        }
    }

    private static void TryJoin(string directory, int thread)
    {
        try
        {
            ResctrlGroups.Join(directory, thread);
        }
        catch (KernelException e) when (e.Error == Errno.ESRCH)
        {
            // It has ended.
        }
    }
}

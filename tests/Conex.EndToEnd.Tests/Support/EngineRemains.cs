using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Finds what containers of an engine leave behind. Their IDs are random: they are taken down when their directories are made.</summary>
internal sealed class EngineRemains : IDisposable
{
    private readonly string place;
    private readonly LeakCheck leaks;
    private readonly FileSystemWatcher births;
    private readonly HashSet<string> containers = [];

    /// <param name="place">Holds <c>data</c> and <c>run</c>.</param>
    internal EngineRemains(string place)
    {
        this.place = place;
        leaks = new LeakCheck(Path.GetFileName(place));
        births = new FileSystemWatcher($"{place}/data/containers") { NotifyFilter = NotifyFilters.DirectoryName };
        births.Created += (_, e) => Remember(e.Name);
        births.EnableRaisingEvents = true;
    }

    /// <summary>The processes that run a program of the engine.</summary>
    internal List<int> Running(string program) => [.. leaks.ProcessNumbers().Where(p => HostProcesses.Program(p) == program)];

    /// <summary>What is left of containers that are removed: directories, monitors, cgroups. Waits a while for it to go.</summary>
    internal List<string> OfContainers()
    {
        List<string> found = [];
        Eventually.Becomes(
            () =>
            {
                found =
                [
                    .. Entries($"{place}/data/containers"),
                    .. Entries($"{place}/data/tmp"),
                    .. Entries($"{place}/run/containers"),
                    // Compiled system call filters are kept for the next container.
                    .. Entries($"{place}/run/runtime").Where(path => !path.EndsWith("/@seccomp")),
                    .. Running("conex-runtime").Select(p => $"process {p}: {string.Join(' ', HostProcesses.CommandLine(p))}"),
                    .. Cgroups(),
                ];
                return found.Count == 0;
            },
            TimeSpan.FromMinutes(2)
        );
        return found;
    }

    /// <summary>What is left when the daemon has ended too.</summary>
    internal List<string> OfEverything() => leaks.Find();

    /// <summary>What the runtime, the kernel and the run directory hold of a container: nothing, once it has ended.</summary>
    internal List<string> Of(string id) =>
        [
            .. new LeakCheck(id).CgroupDirectories().Select(c => $"cgroup {c}"),
            .. new LeakCheck(id).ProcessNumbers().Select(p => $"process {p}: {string.Join(' ', HostProcesses.CommandLine(p))}"),
            .. ((string[])[$"{place}/run/runtime/{id}", $"{place}/run/containers/{id}"]).Where(Directory.Exists),
        ];

    /// <summary>Removes all of it: what a failed test left must not hinder others.</summary>
    public void Dispose()
    {
        births.Dispose();
        Eventually.Becomes(
            () =>
            {
                List<int> left = [.. leaks.ProcessNumbers()];
                left.ForEach(process => Signals.Send(process, Signal.SIGKILL));
                return left.Count == 0;
            },
            TimeSpan.FromMinutes(2)
        );
        foreach (string cgroup in Cgroups())
        {
            RunningProgram.Run("rmdir", [cgroup]);
        }
        RunningProgram.Run("sh", ["-c", "for mount in \"$0\"/data/mounts/*; do umount -l \"$mount\"; done", place]);
        RunningProgram.Run("rm", ["-rf", "--one-file-system", place]);
    }

    /// <summary>The entries of a directory; none when it is missing.</summary>
    internal static string[] Entries(string directory) => Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory) : [];

    private List<string> Cgroups()
    {
        string[] known;
        lock (containers)
        {
            known = [.. containers];
        }
        return known.Length == 0
            ? []
            : [.. new LeakCheck("").CgroupDirectories().Where(d => Array.Exists(known, id => d.Contains(id, StringComparison.Ordinal)))];
    }

    private void Remember(string? name)
    {
        if (name is { Length: 64 })
        {
            lock (containers)
            {
                containers.Add(name);
            }
        }
    }
}

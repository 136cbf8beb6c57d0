using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Linux.Cgroups;

/// <summary>The cgroup of one container: its directories in every hierarchy of the host.</summary>
public sealed class Cgroup : IDisposable
{
    private readonly CgroupNode[] nodes;

    private Cgroup(CgroupHost host, string path, CgroupNode[] nodes)
    {
        Host = host;
        Path = path;
        this.nodes = nodes;
    }

    /// <summary>The host whose hierarchies these are.</summary>
    public CgroupHost Host { get; }

    /// <summary>The cgroupsPath it was made or opened by.</summary>
    public string Path { get; }

    /// <summary>The directories in the file system by the hierarchy's name (empty for the version 2 tree): enough to open the cgroup
    /// again, also when the path was relative and the next process runs in another cgroup.</summary>
    public IReadOnlyDictionary<string, string> Paths => nodes.ToDictionary(n => n.Hierarchy.Name, n => n.FullPath);

    /// <summary>The directory for CLONE_INTO_CGROUP (clone3(2)); null on hosts with version 1 hierarchies, which that flag does not
    /// reach, and while the cgroup does not exist. Opened by O_PATH, owned by the cgroup.</summary>
    public DirectoryHandle? Directory => Host.Mode == CgroupMode.V2 ? UnifiedNode?.Directory : null;

    /// <summary>The directory in the version 2 tree, on a hybrid host too, where it holds few controllers or none.</summary>
    public DirectoryHandle? UnifiedDirectory => UnifiedNode?.Directory;

    /// <summary>The <c>tasks</c> file of every version 1 hierarchy: a process of one thread that writes 0 there moves itself, for which the kernel
    /// takes no lock that waits for all processors, as it does when another process is moved (cgroup_procs_write_start).</summary>
    public IReadOnlyList<string> TaskFiles
    {
        get
        {
            var files = new List<string>(nodes.Length);
            foreach (CgroupNode node in nodes)
            {
                if (!node.IsUnified)
                {
                    files.Add($"{node.FullPath}/tasks");
                }
            }
            return files;
        }
    }

    /// <summary>Whether it exists in any hierarchy.</summary>
    public bool Exists => Array.Exists(nodes, n => n.Directory is not null);

    /// <summary>How often the kernel killed for lack of memory in this cgroup; 0 without the memory controller.</summary>
    public ulong OomKills
    {
        get
        {
            Span<byte> buffer = stackalloc byte[512];
            CgroupNode? node = NodeOf("memory");
            string file = node is { IsUnified: false } ? "memory.oom_control" : "memory.events";
            return node is null ? 0 : FlatKeyed.Find(node.TryRead(file, buffer), "oom_kill"u8) ?? 0;
        }
    }

    /// <summary>Whether the processes are stopped; null where there is no freezer.</summary>
    public FreezerState? FreezerState => FreezerNode is { } node ? CgroupFreezer.StateOf(node) : null;

    /// <summary>The directory whose files stop the processes; null where there is no freezer.</summary>
    public string? FreezerPath => FreezerNode?.FullPath;

    internal ReadOnlySpan<CgroupNode> Nodes => nodes;

    internal CgroupNode? UnifiedNode => Array.Find(nodes, n => n.IsUnified);

    private CgroupNode? FreezerNode => NodeOf("freezer") ?? UnifiedNode;

    /// <summary>Makes a cgroup in every hierarchy, with the CPUs and memory nodes of its parent (version 1) and all controllers that the
    /// ancestors can give (version 2). An empty one that exists is taken over.</summary>
    /// <param name="cgroupsPath">As in the runtime-spec: absolute below the mounts, or relative to this process's own cgroup.</param>
    /// <exception cref="CgroupException">The cgroup holds processes or is frozen, or there is no hierarchy to make it in.</exception>
    /// <exception cref="KernelException">A hierarchy refused; what was made is removed again.</exception>
    public static Cgroup Create(CgroupHost host, string cgroupsPath)
    {
        Cgroup cgroup = Begin(host, cgroupsPath);
        try
        {
            cgroup.Complete();
            return cgroup;
        }
        catch
        {
            cgroup.Withdraw(TimeSpan.Zero);
            cgroup.Dispose();
            throw;
        }
    }

    /// <summary>Makes a cgroup in the version 2 tree, where a process can be born in it; <see cref="Complete"/> makes the rest.</summary>
    /// <inheritdoc cref="Create" path="/param"/>
    /// <inheritdoc cref="Create" path="/exception"/>
    public static Cgroup Begin(CgroupHost host, string cgroupsPath)
    {
        if (host.Mode == CgroupMode.None)
        {
            throw new CgroupException($"create cgroup {cgroupsPath}: no cgroup file system is mounted on this host");
        }
        var cgroup = Open(host, cgroupsPath);
        try
        {
            CgroupCreation.Add(host, cgroup.nodes, unified: true);
            return cgroup;
        }
        catch
        {
            cgroup.Withdraw(TimeSpan.Zero);
            cgroup.Dispose();
            throw;
        }
    }

    /// <summary>Makes what <see cref="Begin"/> left: a directory in each version 1 hierarchy.</summary>
    /// <exception cref="CgroupException">One is there and holds processes, or is frozen.</exception>
    /// <exception cref="KernelException">A hierarchy refused. What was made is left for <see cref="Withdraw"/>.</exception>
    public void Complete() => CgroupCreation.Add(Host, nodes, unified: false);

    /// <summary>Removes the directories that this object made, and no other.</summary>
    /// <exception cref="CgroupException">One stays busy for the whole time.</exception>
    public void Withdraw(TimeSpan timeout) => CgroupEnd.Delete(new Cgroup(Host, Path, Array.FindAll(nodes, n => n.IsNew)), timeout);

    /// <summary>Makes a cgroup in every hierarchy in which this user may; null when there is none.</summary>
    /// <inheritdoc cref="Create" path="/param"/>
    /// <inheritdoc cref="Create" path="/exception"/>
    public static Cgroup? TryCreateWritable(CgroupHost host, string cgroupsPath) =>
        CgroupCreation.CreateWritable(host, cgroupsPath) is { Length: > 0 } nodes ? new(host, cgroupsPath, nodes) : null;

    /// <summary>Names a cgroup, whether it exists or not; costs no system call.</summary>
    /// <exception cref="CgroupException">The path names no cgroup below the root.</exception>
    public static Cgroup Open(CgroupHost host, string cgroupsPath)
    {
        var nodes = new CgroupNode[host.Hierarchies.Count];
        for (int i = 0; i < nodes.Length; i++)
        {
            CgroupHierarchy hierarchy = host.Hierarchies[i];
            nodes[i] = new CgroupNode(hierarchy, $"{hierarchy.MountPoint}/{host.Resolve(hierarchy, cgroupsPath)}");
        }
        return new Cgroup(host, cgroupsPath, nodes);
    }

    /// <summary>Names a cgroup by what <see cref="Paths"/> said.</summary>
    /// <exception cref="CgroupException">A path lies outside its hierarchy's mount.</exception>
    public static Cgroup Open(CgroupHost host, string cgroupsPath, IReadOnlyDictionary<string, string> paths)
    {
        var nodes = new List<CgroupNode>(paths.Count);
        foreach (CgroupHierarchy hierarchy in host.Hierarchies)
        {
            if (paths.TryGetValue(hierarchy.Name, out string? path))
            {
                nodes.Add(
                    path.StartsWith(hierarchy.MountPoint + "/", StringComparison.Ordinal)
                        ? new CgroupNode(hierarchy, path)
                        : throw new CgroupException($"open cgroup {path}: it does not lie below {hierarchy.MountPoint}")
                );
            }
        }
        return new Cgroup(host, cgroupsPath, [.. nodes]);
    }

    /// <summary>Whether the cgroup lies in a hierarchy that has a controller; one of version 2 may still not be enabled.</summary>
    public bool Has(string controller) => NodeOf(controller) is not null;

    /// <summary>Moves a process, with all its threads, into this cgroup in every hierarchy.</summary>
    /// <param name="pid">0 moves the calling process.</param>
    /// <param name="companion">A process whose version 2 cgroup is taken when this one has given its controllers to children and so takes
    /// no process itself (EBUSY), as when a container runs systemd.</param>
    /// <exception cref="CgroupException">The cgroup does not exist.</exception>
    /// <exception cref="KernelException">A hierarchy refused: ESRCH when the process has ended.</exception>
    public void AddProcess(int pid, int? companion = null)
    {
        bool joined = false;
        foreach (CgroupNode node in nodes)
        {
            Errno error = node.TryWrite("cgroup.procs", pid);
            if (error == Errno.ENOENT && !node.IsRequired)
            {
                continue;
            }
            if (error == Errno.EBUSY && node.IsUnified && companion is { } other)
            {
                using CgroupNode beside = PlaceOf(other, node.Hierarchy);
                error = beside.TryWrite("cgroup.procs", pid);
            }
            if (error != Errno.None)
            {
                throw new KernelException($"move process {pid} to cgroup", node.FullPath, error);
            }
            joined = true;
        }
        if (!joined)
        {
            throw new CgroupException($"move process {pid} to cgroup {Path}: it does not exist");
        }
    }

    /// <summary>The numbers of all processes in the cgroup and below it, in any hierarchy.</summary>
    public HashSet<int> Processes()
    {
        var found = new HashSet<int>();
        foreach (CgroupNode node in nodes)
        {
            node.AddProcesses(found);
        }
        return found;
    }

    /// <summary>Stops all processes, and returns when the kernel says that all are stopped.</summary>
    /// <exception cref="CgroupException">There is no freezer, or a process did not stop in time; then all run again.</exception>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public void Freeze(TimeSpan timeout) => CgroupFreezer.Freeze(FreezerNode ?? throw NoFreezer("freeze"), timeout);

    /// <summary>Lets all processes run on, and returns when the kernel says so.</summary>
    /// <exception cref="CgroupException">There is no freezer, or a cgroup above stays frozen.</exception>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public void Thaw(TimeSpan timeout) => CgroupFreezer.Thaw(FreezerNode ?? throw NoFreezer("thaw"), timeout);

    /// <summary>Thaws what it can, here and below, and waits for nothing: a process that version 1 froze takes SIGKILL only then.</summary>
    public void TryThawAll()
    {
        if (NodeOf("freezer") is { Directory: not null } node)
        {
            CgroupFreezer.ThawTree(node);
        }
    }

    /// <summary>Sends a signal to all processes, once.</summary>
    /// <exception cref="KernelException">A process may not be signalled.</exception>
    public void Signal(Signal signal) => CgroupEnd.Signal(this, Processes(), signal);

    /// <summary>Ends all processes by SIGKILL, frozen ones too, and returns when none is left.</summary>
    /// <exception cref="CgroupException">Some are left after the time; the message names them.</exception>
    public void Kill(TimeSpan timeout) => CgroupEnd.KillAll(this, timeout);

    /// <summary>Removes the cgroup when nothing is in it any more.</summary>
    /// <returns>False when a process or a cgroup below is still there; what was empty is gone.</returns>
    /// <exception cref="KernelException">rmdir(2) refused for another reason.</exception>
    public bool TryDelete() => CgroupEnd.TryDelete(this);

    /// <summary>Removes the cgroup and those below it; one that is gone is no error.</summary>
    /// <exception cref="CgroupException">It stays busy for the whole time; the message names the processes in it.</exception>
    /// <exception cref="KernelException">A hierarchy refused.</exception>
    public void Delete(TimeSpan timeout) => CgroupEnd.Delete(this, timeout);

    /// <summary>Gives the version 2 directory and the files that the kernel lists for it to a user, who may then make cgroups below it
    /// (cgroup-v2.rst, "Delegation"). Version 1 cannot be given away safely and is left alone.</summary>
    /// <exception cref="KernelException">chown(2) refused.</exception>
    public void Delegate(uint user, uint group)
    {
        if (UnifiedNode?.Directory is { } directory)
        {
            CgroupDelegation.Give(directory, user, group);
        }
    }

    /// <summary>What the processes have used up to now.</summary>
    public CgroupStatistics ReadStatistics() => StatisticsReader.Read(this);

    /// <summary>Closes the directories; the cgroup stays.</summary>
    public void Dispose()
    {
        foreach (CgroupNode node in nodes)
        {
            node.Dispose();
        }
    }

    internal CgroupNode? NodeOf(string controller)
    {
        foreach (CgroupNode node in nodes)
        {
            if (node.Hierarchy.Has(controller))
            {
                return node;
            }
        }
        return Host.VersionOf(controller) == CgroupVersion.V2 ? UnifiedNode : null;
    }

    private static CgroupNode PlaceOf(int pid, CgroupHierarchy hierarchy) =>
        new(hierarchy, hierarchy.MountPoint + CgroupHost.PathOf(pid, hierarchy));

    private CgroupException NoFreezer(string action) => new($"{action} cgroup {Path}: this host has no freezer for it");
}

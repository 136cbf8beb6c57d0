using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups;

/// <summary>The cgroup mounts of this host, found once.</summary>
public sealed class CgroupHost
{
    private readonly CgroupHierarchy[] hierarchies;
    private byte[]? membership;
    private string? unifiedControllers;

    private CgroupHost(CgroupHierarchy[] hierarchies)
    {
        this.hierarchies = hierarchies;
        foreach (CgroupHierarchy hierarchy in hierarchies)
        {
            if (hierarchy.Version == CgroupVersion.V2)
            {
                Unified = hierarchy;
            }
            else
            {
                Mode = CgroupMode.V1;
            }
        }
        if (Unified is not null)
        {
            Mode = Mode == CgroupMode.V1 ? CgroupMode.Hybrid : CgroupMode.V2;
        }
    }

    /// <summary>How the host mounts its cgroups.</summary>
    public CgroupMode Mode { get; }

    /// <summary>Every hierarchy, in mount order.</summary>
    public IReadOnlyList<CgroupHierarchy> Hierarchies => hierarchies;

    /// <summary>The version 2 tree; null where there is none.</summary>
    public CgroupHierarchy? Unified { get; }

    /// <summary>The controllers of the version 2 tree: its root's cgroup.controllers, read when first asked for.</summary>
    public IReadOnlyList<string> UnifiedControllers => UnifiedControllerText.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    internal string UnifiedControllerText =>
        unifiedControllers ??= Unified is null ? "" : ReadText($"{Unified.MountPoint}/cgroup.controllers");

    /// <summary>Looks at the mounts of this process. A host with only a version 2 tree in the usual place costs one statfs;
    /// any other one read of /proc/self/mountinfo.</summary>
    /// <exception cref="KernelException">/proc is not mounted.</exception>
    public static CgroupHost Detect()
    {
        const string place = "/sys/fs/cgroup";
        if (IsUnified(place))
        {
            return new CgroupHost([new CgroupHierarchy(CgroupVersion.V2, "", [], place, mountRoot: null)]);
        }
        return new CgroupHost(CgroupMountTable.Parse(FileIo.ReadAll("/proc/self/mountinfo")));
    }

    /// <summary>The host that these texts describe.</summary>
    /// <param name="mountInfo">/proc/self/mountinfo.</param>
    /// <param name="membership">/proc/self/cgroup.</param>
    /// <param name="unifiedControllers">cgroup.controllers of the version 2 tree's root.</param>
    public static CgroupHost Parse(ReadOnlySpan<byte> mountInfo, ReadOnlySpan<byte> membership, string unifiedControllers = "") =>
        new(CgroupMountTable.Parse(mountInfo)) { membership = membership.ToArray(), unifiedControllers = unifiedControllers };

    /// <summary>Which interface the files of a controller have on this host.</summary>
    /// <param name="controller">As the kernel names it: <c>memory</c>, <c>blkio</c> (v1), <c>io</c> (v2).</param>
    public CgroupVersion VersionOf(string controller) => Find(controller)?.Version ?? CgroupVersion.None;

    /// <summary>The hierarchy that has a controller; null where none has.</summary>
    /// <param name="controller">As the kernel names it; <c>cgroup</c> for the core files of the version 2 tree.</param>
    public CgroupHierarchy? Find(string controller)
    {
        foreach (CgroupHierarchy hierarchy in hierarchies)
        {
            if (hierarchy.Has(controller))
            {
                return hierarchy;
            }
        }
        return Unified is not null && (controller == "cgroup" || UnifiedHas(controller)) ? Unified : null;
    }

    /// <summary>The path below a hierarchy's mount point that a runtime-spec cgroupsPath means.</summary>
    /// <param name="cgroupsPath">Absolute paths start at the mount, relative ones at this process's own cgroup.</param>
    /// <returns>Without slashes at the ends; never empty.</returns>
    /// <exception cref="CgroupException">The path names the root or has a component <c>..</c>.</exception>
    public string Resolve(CgroupHierarchy hierarchy, string cgroupsPath)
    {
        var path = new StringBuilder(cgroupsPath.Length);
        if (!cgroupsPath.StartsWith('/'))
        {
            path.Append(OwnPath(hierarchy).AsSpan(1));
        }
        int above = path.Length;
        foreach (Range range in cgroupsPath.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> name = cgroupsPath.AsSpan(range);
            if (name is "..")
            {
                throw new CgroupException($"cgroup path {cgroupsPath}: a component .. is refused");
            }
            if (name is not ("" or "."))
            {
                if (path.Length > 0)
                {
                    path.Append('/');
                }
                path.Append(name);
            }
        }
        return path.Length > above
            ? path.ToString()
            : throw new CgroupException($"cgroup path '{cgroupsPath}': names no cgroup below the root");
    }

    /// <summary>This process's own cgroup as a path below the hierarchy's mount point, with a slash in front.</summary>
    public string OwnPath(CgroupHierarchy hierarchy) => PathBelowMount(membership ??= FileIo.ReadAll("/proc/self/cgroup"), hierarchy);

    /// <summary>The directory of another process's cgroup in the version 2 tree; null without one.</summary>
    /// <exception cref="KernelException">There is no such process.</exception>
    public string? UnifiedPlaceOf(int pid) => Unified is { } tree ? PlaceOf(pid, tree) : null;

    /// <summary>The directory of another process's cgroup in a hierarchy.</summary>
    /// <exception cref="KernelException">There is no such process.</exception>
    public static string PlaceOf(int pid, CgroupHierarchy hierarchy) => hierarchy.MountPoint + PathOf(pid, hierarchy);

    /// <summary>Another process's cgroup, likewise.</summary>
    internal static string PathOf(int pid, CgroupHierarchy hierarchy) => PathBelowMount(FileIo.ReadAll($"/proc/{pid}/cgroup"), hierarchy);

    internal static string ReadText(string path)
    {
        Span<byte> buffer = stackalloc byte[512];
        using FileHandle file = PathAt.Open(path, OpenMode.Read);
        int length = FileIo.Read(file, buffer);
        return Encoding.UTF8.GetString(buffer[..length].TrimEnd((byte)'\n'));
    }

    private static string PathBelowMount(ReadOnlySpan<byte> membership, CgroupHierarchy hierarchy)
    {
        string own = CgroupMembership.Find(membership, hierarchy.Name) ?? "/";
        string root = hierarchy.MountRoot ?? UnifiedMountRoot();
        // Inside a container without a cgroup namespace the mount shows only the container's own part of the tree.
        if (root.Length > 1)
        {
            own =
                own == root ? "/"
                : own.StartsWith(root + "/", StringComparison.Ordinal) ? own[root.Length..]
                : "/";
        }
        return own.StartsWith("/..", StringComparison.Ordinal) ? "/" : own;
    }

    private bool UnifiedHas(string controller)
    {
        ReadOnlySpan<char> all = UnifiedControllerText;
        foreach (Range range in all.Split(' '))
        {
            if (all[range].SequenceEqual(controller))
            {
                return true;
            }
        }
        return false;
    }

    private static string UnifiedMountRoot()
    {
        foreach (CgroupHierarchy hierarchy in CgroupMountTable.Parse(FileIo.ReadAll("/proc/self/mountinfo")))
        {
            if (hierarchy.Version == CgroupVersion.V2)
            {
                return hierarchy.MountRoot!;
            }
        }
        return "/";
    }

    private static unsafe bool IsUnified(string path)
    {
        byte* buffer = stackalloc byte[256];
        return Libc.statfs(path, buffer) == 0 && *(long*)buffer == Libc.CGROUP2_SUPER_MAGIC;
    }
}

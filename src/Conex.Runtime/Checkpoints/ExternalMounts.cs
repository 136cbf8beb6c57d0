using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Containers;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Notifications;

namespace Conex.Runtime.Checkpoints;

/// <summary>The mounts of a container that show something of the host: criu writes down no more of them than their mount points, and is told at
/// the restore what to bind there. Mount points are the keys, as in runc's images.</summary>
internal sealed class ExternalMounts(RuntimeSpec spec, string bundle, RootPaths root)
{
    private const string NullDevice = "/dev/null";

    private static readonly string[] DefaultDevices = [NullDevice, "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

    private readonly NamespaceSet namespaces = NamespaceSet.Parse(spec.Linux);

    /// <summary>Names the mounts of a container that runs.</summary>
    internal void AddToDump(CriuRequest request, int init, CgroupHost host, Cgroup? cgroup)
    {
        HashSet<string> named = [];
        void Add(string point, string value)
        {
            if (named.Add(point))
            {
                request.AddMount(point, value);
            }
        }
        foreach ((string point, _) in Binds())
        {
            Add(point, point);
        }
        foreach ((string point, _) in Cgroups(host, cgroup))
        {
            Add(point, point);
        }
        using (var inside = new RootPaths($"/proc/{init}/root"))
        {
            foreach (string path in spec.Linux?.MaskedPaths ?? [])
            {
                if (inside.HasFile(path))
                {
                    Add(ContainerPath.Normalize(path), NullDevice);
                }
            }
        }
        foreach (string device in Devices())
        {
            Add(device, device);
        }
        Add(NotifyProxy.Directory, NotifyProxy.Directory);
        foreach (string point in MountsBelowBinds(init))
        {
            Add(point, point);
        }
    }

    /// <summary>Says what takes the place of each mount. Entries that the images do not ask for do no harm.</summary>
    internal void AddToRestore(CriuRequest request, CgroupHost host, Cgroup? cgroup, string notifyDirectory)
    {
        foreach ((string point, string source) in Binds())
        {
            request.AddMount(point, source);
            foreach (MountEntry below in MountTable.Of(null).Where(m => m.Point.StartsWith($"{source}/", StringComparison.Ordinal)))
            {
                request.AddMount($"{point}{below.Point.AsSpan(source.Length)}", below.Point);
            }
        }
        foreach ((string point, string source) in Cgroups(host, cgroup))
        {
            request.AddMount(point, source);
        }
        if (spec.Linux?.MaskedPaths is { Count: > 0 })
        {
            request.AddMount(NullDevice, NullDevice);
        }
        foreach (string device in Devices())
        {
            request.AddMount(device, device);
        }
        request.AddMount(NotifyProxy.Directory, notifyDirectory);
    }

    /// <summary>Makes the mount points that a fresh root file system lacks. What lies below a file system of the container comes with that.</summary>
    /// <exception cref="Linux.Errors.KernelException">One cannot be made.</exception>
    internal void MakeMountPoints()
    {
        List<(string Point, string? Source)> made = [];
        foreach (Mount mount in spec.Mounts ?? [])
        {
            var options = MountOptions.Parse(mount.Options);
            if (options.Remount)
            {
                continue;
            }
            string point = root.Resolve(mount.Destination);
            string? source = IsBind(mount, options) ? Source(mount) : null;
            bool isDirectory = source is null || PathAt.Status(source) is null or { IsDirectory: true };
            (string Point, string? Source) above = made.LastOrDefault(m => point.StartsWith($"{m.Point}/", StringComparison.Ordinal));
            if (above.Point is null)
            {
                root.MakeMountPoint(point, isDirectory);
            }
            else if (above.Source is not null)
            {
                using var shown = new RootPaths(above.Source);
                shown.MakeMountPoint(point[above.Point.Length..], isDirectory);
            }
            made.Add((point, source));
        }
    }

    private IEnumerable<(string Point, string Source)> Binds()
    {
        foreach (Mount mount in spec.Mounts ?? [])
        {
            var options = MountOptions.Parse(mount.Options);
            if (IsBind(mount, options))
            {
                yield return (root.Resolve(mount.Destination), Source(mount));
            }
        }
    }

    /// <summary>Without a namespace of its own a container sees its cgroups by binds; criu restores those of a cgroup namespace by itself.</summary>
    private IEnumerable<(string Point, string Source)> Cgroups(CgroupHost host, Cgroup? cgroup)
    {
        if (namespaces.Has(NamespaceSet.Cgroup))
        {
            yield break;
        }
        foreach (Mount mount in spec.Mounts ?? [])
        {
            if (mount.Type is "cgroup" or "cgroup2")
            {
                string point = root.Resolve(mount.Destination);
                foreach (CgroupView view in CgroupViews.Of(host, cgroup))
                {
                    yield return (view.Name.Length == 0 ? point : $"{point}/{view.Name}", view.HostPath);
                }
            }
        }
    }

    /// <summary>In a user namespace devices are the host's own nodes.</summary>
    private IEnumerable<string> Devices() =>
        namespaces.Has(NamespaceSet.User)
            ? DefaultDevices.Union((spec.Linux?.Devices ?? []).Where(d => d.Type != "p").Select(d => ContainerPath.Normalize(d.Path)))
            : [];

    /// <summary>What a recursive bind brought along: mounts of file systems that the host has mounted too.</summary>
    private IEnumerable<string> MountsBelowBinds(int init)
    {
        string[] above = [.. Binds().Select(b => b.Point)];
        if (above.Length == 0)
        {
            return [];
        }
        HashSet<string> own = [.. (spec.Mounts ?? []).Select(m => root.Resolve(m.Destination))];
        HashSet<string> hosts = [.. MountTable.Of(null).Select(m => m.Device)];
        return
        [
            .. MountTable
                .Of(init)
                .Where(m => hosts.Contains(m.Device) && !own.Contains(m.Point))
                .Where(m => Array.Exists(above, a => m.Point.StartsWith($"{a}/", StringComparison.Ordinal)))
                .Select(m => m.Point),
        ];
    }

    private static bool IsBind(Mount mount, MountOptions options) =>
        (options.Bind || mount.Type == "bind") && options is { Remount: false, CopySymbolicLink: false };

    private string Source(Mount mount)
    {
        string source = mount.Source ?? "";
        return source.StartsWith('/') ? ContainerPath.Normalize(source) : ContainerPath.Normalize($"{bundle}/{source}");
    }
}

using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Launch;

/// <summary>The detached, idmapped clones that a plan's process attaches. Each distinct mapping costs one short-lived process.</summary>
internal sealed class IdMappedMounts : IDisposable
{
    private readonly List<MountHandle> mounts = [];

    private IdMappedMounts() { }

    /// <summary>One for each source, in their order.</summary>
    internal IReadOnlyList<MountHandle> Mounts => mounts;

    /// <exception cref="LaunchException">The file system of a source cannot map IDs.</exception>
    /// <exception cref="KernelException">The kernel refused another part of it.</exception>
    internal static IdMappedMounts Open(IReadOnlyList<IdMappedSource> sources)
    {
        var opened = new IdMappedMounts();
        List<(IdMap Map, FileHandle Namespace)> namespaces = [];
        try
        {
            foreach (IdMappedSource source in sources)
            {
                var mount = MountHandle.Clone(source.Path, source.Recursive, source.Follow);
                opened.mounts.Add(mount);
                Errno error = mount.MapIds(NamespaceOf(source.Map, namespaces), source.MapRecursive);
                if (error != Errno.None)
                {
                    throw new LaunchException(Explain(source, error), 1);
                }
            }
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
        finally
        {
            foreach ((_, FileHandle handle) in namespaces)
            {
                handle.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (MountHandle mount in mounts)
        {
            mount.Dispose();
        }
    }

    private static FileHandle NamespaceOf(IdMap map, List<(IdMap Map, FileHandle Namespace)> known)
    {
        foreach ((IdMap other, FileHandle made) in known)
        {
            if (other.NamespacePath == map.NamespacePath && other.Users.SequenceEqual(map.Users) && other.Groups.SequenceEqual(map.Groups))
            {
                return made;
            }
        }
        FileHandle handle = map.NamespacePath is { } path ? PathAt.Open(path, OpenMode.Read) : MappingNamespace.Make(map.Users, map.Groups);
        known.Add((map, handle));
        return handle;
    }

    private static string Explain(IdMappedSource source, Errno error)
    {
        string text =
            $"unable to start container process: map the IDs of {source.Path} for {source.Destination}: {KernelException.Explain(error)}";
        if (error == Errno.EINVAL && PathAt.Status(source.Path, source.Follow) is { } status)
        {
            string type = MountTable.FindType(status.Device.Major, status.Device.Minor) ?? "there";
            return $"{text} (the file system {type} cannot map IDs, or a mount below the source lies on one that cannot)";
        }
        return error == Errno.EPERM ? $"{text} (it needs the rights of the host's root)" : text;
    }
}

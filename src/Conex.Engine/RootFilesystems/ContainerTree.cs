using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Mounts;
using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.Processes;
using Conex.Runtime.State;

namespace Conex.Engine.RootFilesystems;

/// <summary>A container's files as its processes see them, by a descriptor of their root. Nothing of the container is executed and nothing is
/// mounted in the host's view (CVE-2018-15664, CVE-2019-14271).</summary>
internal sealed class ContainerTree : IDisposable
{
    private readonly FileHandle? mounts;

    private ContainerTree(DirectoryHandle root, FileHandle? mounts) => (Root, this.mounts) = (root, mounts);

    internal DirectoryHandle Root { get; }

    /// <summary>The root of a running or paused container, with everything that is mounted there now.</summary>
    /// <param name="runtimeState">Where the runtime keeps what it knows of its containers.</param>
    /// <returns>Null when the process has ended.</returns>
    /// <exception cref="KernelException">/proc refuses.</exception>
    internal static ContainerTree? TryOpenRunning(string runtimeState, string id)
    {
        if (
            StateDirectory.TryOpen(runtimeState, id)?.ReadRecord() is not { Pid: > 0 } record
            || PidHandle.TryOpen(record.Pid) is not { } opened
        )
        {
            return null;
        }
        using PidHandle process = opened;
        using FileHandle? root = PathAt.TryOpen(PathAt.Current, $"/proc/{record.Pid}/root", OpenMode.Directory, out Errno error);
        if (root is null)
        {
            return error is Errno.ENOENT or Errno.ESRCH
                ? null
                : throw new KernelException("open the root of process", $"{record.Pid}", error);
        }
        // The number of a process that has ended may be another one's, of the host: the start time tells them apart, as long as the
        // process still takes signals afterwards.
        bool isContainers = ProcessIdentity.Read(record.Pid)?.StartTime == record.StartTime && process.IsAlive;
        return isContainers ? new ContainerTree(PathAt.OpenDirectory(root, "."), null) : null;
    }

    /// <summary>Puts a container together that does not run, with its binds, in a mount namespace that ends with this object. The calling
    /// thread must be one that nobody else uses meanwhile, and the container's operation be held: an overlay's upper directory has one user.</summary>
    /// <exception cref="KernelException">The kernel refuses a mount.</exception>
    internal static ContainerTree Assemble(Container container, IReadOnlyList<LayerSource> layers)
    {
        ContainerFiles files = container.Files;
        using PrivateMounts own = Enter();
        using MountHandle overlay = MergedRoot.MountWritable([.. layers.Select(layer => layer.Path)], files.Upper, files.Work);
        string place = $"{files.Bundle}/rootfs";
        overlay.Attach(place);
        using (DirectoryHandle root = PathAt.OpenDirectory(place))
        {
            foreach (UserMount mount in Binds(container))
            {
                Bind(root, mount);
            }
        }
        if (container.Record.Configuration.Host.ReadonlyRootfs)
        {
            overlay.Protect(recursive: false);
        }
        return new ContainerTree(PathAt.OpenDirectory(place), PathAt.Open("/proc/thread-self/ns/mnt", OpenMode.Read));
    }

    public void Dispose()
    {
        Root.Dispose();
        mounts?.Dispose();
    }

    private static PrivateMounts Enter()
    {
        try
        {
            return PrivateMounts.Enter();
        }
        catch (KernelException e) when (e.Error == Errno.EPERM)
        {
            throw new NotAvailableException("the files of a container that does not run can be reached by root alone: start it first");
        }
    }

    private static IEnumerable<UserMount> Binds(Container container)
    {
        IEnumerable<UserMount> own = container.Files.Etc.Select(file => new UserMount
        {
            Source = file.Source,
            Destination = file.Destination,
        });
        return UserMounts
            .From(container.Record.Configuration.Host)
            .Where(mount => !mount.IsTmpfs)
            .Concat(own.Where(mount => PathAt.Status(mount.Source!) is not null));
    }

    private static void Bind(DirectoryHandle root, UserMount mount)
    {
        if (PathAt.Status(mount.Source!) is not { } source)
        {
            // As the start would say, which makes the missing source of a -v.
            return;
        }
        using FileHandle? place = Place(root, mount.Destination, source.IsDirectory);
        // Something in the image is in the way: the start says so.
        if (place is null || PathAt.Status(place, "")?.IsDirectory != source.IsDirectory)
        {
            return;
        }
        using MountHandle bind = MountHandle.Clone(mount.Source!, recursive: !mount.NonRecursive);
        if (mount.ReadOnly)
        {
            bind.Protect(recursive: !mount.ReadOnlyNonRecursive);
        }
        bind.Attach(place);
    }

    /// <summary>Where a bind belongs, made as the runtime makes it; null when that cannot be.</summary>
    private static FileHandle? Place(DirectoryHandle root, string destination, bool isDirectory)
    {
        const ResolveRules inRoot = ResolveRules.InRoot | ResolveRules.NoMagicLinks;
        string relative = destination[1..];
        FileHandle? found = PathAt.TryOpenResolved(root, relative, OpenMode.Path, inRoot, out Errno error);
        for (int slash = relative.IndexOf('/'); error == Errno.ENOENT && slash >= 0; slash = relative.IndexOf('/', slash + 1))
        {
            Make(root, relative[..slash], isDirectory: true);
        }
        if (error == Errno.ENOENT)
        {
            Make(root, relative, isDirectory);
            found = PathAt.TryOpenResolved(root, relative, OpenMode.Path, inRoot, out _);
        }
        return found;
    }

    private static void Make(DirectoryHandle root, string path, bool isDirectory)
    {
        const ResolveRules inRoot = ResolveRules.InRoot | ResolveRules.NoMagicLinks;
        string parentPath = path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : ".";
        string name = path[(path.LastIndexOf('/') + 1)..];
        using FileHandle? parent = PathAt.TryOpenResolved(root, parentPath, OpenMode.Directory, inRoot, out _);
        if (parent is null || PathAt.Status(parent, name, follow: false) is not null)
        {
            return;
        }
        if (isDirectory)
        {
            PathAt.TryMakeDirectory(parent, name, 0x1ED);
        }
        else
        {
            using FileHandle? _ = PathAt.TryOpen(parent, name, OpenMode.Write | OpenMode.Create | OpenMode.Exclusive, out Errno _, 0x1A4);
        }
    }
}

using Conex.Linux.Files;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Checkpoints;

/// <summary>Namespaces that a container joined by a path: they are not written down, and a restored container joins them again.</summary>
internal static class ExternalNamespaces
{
    /// <summary>Tells criu which network and PID namespaces are others'. The rest it writes down, and joins instead at the restore.</summary>
    /// <exception cref="CheckpointException">criu is too old for one, or could not restore into it.</exception>
    internal static void AddToDump(CriuRequest request, LinuxConfig? linux, int init, CriuVersion criu)
    {
        foreach ((ulong flag, string path) in NamespaceSet.Parse(linux).Joined)
        {
            Refuse(flag, path);
            if (Key(flag) is { } key)
            {
                Check(flag, criu);
                string name = Name(flag);
                ulong inode =
                    PathAt.Status($"/proc/{init}/ns/{name}")?.Inode
                    ?? throw new ContainerStateException("container not running: its process ended meanwhile");
                request.Set(CriuOption.External, $"{name}[{inode}]:{key}");
            }
        }
    }

    /// <summary>Opens the namespaces to restore into, which criu gets as further descriptors.</summary>
    /// <returns>Those descriptors in the order of their numbers.</returns>
    /// <exception cref="CheckpointException">criu cannot restore into one.</exception>
    internal static List<FileHandle> AddToRestore(CriuRequest request, LinuxConfig? linux, CriuVersion criu)
    {
        List<FileHandle> opened = [];
        foreach ((ulong flag, string path) in NamespaceSet.Parse(linux).Joined)
        {
            Refuse(flag, path);
            if (PathAt.Status(path) is null)
            {
                throw new CheckpointException(
                    $"{Name(flag)} namespace {path}: it does not exist, and the container is to be restored into it"
                );
            }
            if (Key(flag) is { } key)
            {
                Check(flag, criu);
                request.AddDescriptor(key, CriuSession.FirstDescriptor + opened.Count);
                opened.Add(PathAt.Open(path, OpenMode.Read));
            }
            else
            {
                request.JoinNamespace(Name(flag), path);
            }
        }
        return opened;
    }

    /// <summary>criu makes the user namespace of the images anew, and from within it may open no other (ptrace(2), "Ptrace access mode checking"); its
    /// own cgroup is the root of the cgroup namespace.</summary>
    private static void Refuse(ulong flag, string path)
    {
        if (flag is NamespaceSet.User or NamespaceSet.Cgroup)
        {
            throw new CheckpointException(
                $"{Name(flag)} namespace {path}: criu cannot restore into it: only a container with one of its own can be checkpointed"
            );
        }
    }

    private static void Check(ulong flag, CriuVersion criu)
    {
        (int major, int minor) = flag == NamespaceSet.Network ? (3, 11) : (3, 15);
        if (!criu.IsAtLeast(major, minor))
        {
            throw new CheckpointException(
                $"linux.namespaces: criu {criu} cannot leave out a {Name(flag)} namespace that is joined by its path, {major}.{minor} can"
            );
        }
    }

    /// <summary>The words by which runc's images know the namespace; null for those that criu joins by their path.</summary>
    private static string? Key(ulong flag) =>
        flag switch
        {
            NamespaceSet.Network => "extRootNetNS",
            NamespaceSet.Pid => "extRootPidNS",
            _ => null,
        };

    private static string Name(ulong flag) =>
        flag switch
        {
            NamespaceSet.Network => "net",
            NamespaceSet.Pid => "pid",
            NamespaceSet.Uts => "uts",
            NamespaceSet.Ipc => "ipc",
            NamespaceSet.User => "user",
            NamespaceSet.Time => "time",
            NamespaceSet.Cgroup => "cgroup",
            _ => "mnt",
        };
}

using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Launch;

/// <summary>Fills a tmpfs of a container that is being set up: a walk through a tree is more than a list of calls can say.</summary>
internal static class CopyUpWork
{
    /// <exception cref="LaunchException">Something cannot be copied.</exception>
    internal static void Do(CopyUp copy, int pid, FileHandle source, FileHandle tmpfs)
    {
        try
        {
            // The tmpfs belongs to whom the container's process is: in a user namespace one of its users, and only those make files there.
            FileStatus root = PathAt.Status(tmpfs, "") ?? throw new KernelException("stat", copy.Path, Errno.ENOENT);
            Predicate<FileStatus> hasOwner = KnownOwners(pid);
            if (root.UserId == CurrentProcess.EffectiveUser && root.GroupId == CurrentProcess.EffectiveGroup)
            {
                TreeCopy.Copy(source, tmpfs, copy.KeepOwner, hasOwner);
            }
            else
            {
                FileSystemUser.Do(root.UserId, root.GroupId, () => TreeCopy.Copy(source, tmpfs, copy.KeepOwner, hasOwner));
            }
        }
        catch (KernelException e)
        {
            throw new LaunchException($"unable to start container process: copy {copy.Path} into the tmpfs on it: {e.Message}", 1);
        }
    }

    /// <summary>Whether the user namespace of a process has a file's owner and group.</summary>
    private static Predicate<FileStatus> KnownOwners(int pid)
    {
        IReadOnlyList<(uint First, uint Size)> users = IdMappings.ReadHostRanges($"/proc/{pid}/uid_map");
        IReadOnlyList<(uint First, uint Size)> groups = IdMappings.ReadHostRanges($"/proc/{pid}/gid_map");
        return status => Holds(users, status.UserId) && Holds(groups, status.GroupId);
    }

    private static bool Holds(IReadOnlyList<(uint First, uint Size)> ranges, uint id)
    {
        foreach ((uint first, uint size) in ranges)
        {
            if (id - first < size)
            {
                return true;
            }
        }
        return false;
    }
}

using System.Text;
using Conex.Linux.Files;

namespace Conex.Linux.Cgroups;

/// <summary>Gives a version 2 cgroup to a user (cgroup-v2.rst, "Delegation").</summary>
internal static class CgroupDelegation
{
    /// <summary>Changes the owner of the directory and of the files that the kernel lists for it.</summary>
    internal static void Give(DirectoryHandle directory, uint user, uint group)
    {
        PathAt.SetOwner(directory, "", user, group);
        string files = Encoding.UTF8.GetString(FileIo.ReadAll("/sys/kernel/cgroup/delegate"));
        foreach (string file in files.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (PathAt.Status(directory, file, follow: false) is not null)
            {
                PathAt.SetOwner(directory, file, user, group);
            }
        }
    }
}

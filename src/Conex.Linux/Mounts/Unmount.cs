using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Mounts;

/// <summary>Takes a mount away from its place (umount2(2)). A symbolic link at the end of the path is not followed.</summary>
public static class Unmount
{
    /// <returns>EBUSY: somebody uses it; EINVAL: nothing is mounted there.</returns>
    public static Errno Try(string path) => Result(Libc.umount2(path, Libc.UMOUNT_NOFOLLOW));

    /// <summary>Now, whoever uses it: they keep what they have open until they close it.</summary>
    /// <returns>EINVAL: nothing is mounted there.</returns>
    public static Errno Detach(string path) => Result(Libc.umount2(path, Libc.UMOUNT_NOFOLLOW | Libc.MNT_DETACH));

    private static Errno Result(int result) => result == -1 ? KernelCall.LastError : Errno.None;
}

using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Mounts;

/// <summary>A mount namespace of this thread's own until disposed: what is mounted meanwhile is seen by nobody but the programs that are started
/// meanwhile, and goes with the last of them. Mounts of the host go on coming in.</summary>
public sealed unsafe class PrivateMounts : IDisposable
{
    private readonly FileHandle before;
    private readonly DirectoryHandle directory;

    private PrivateMounts(FileHandle before, DirectoryHandle directory) => (this.before, this.directory) = (before, directory);

    /// <summary>Enters a new mount namespace. The thread must be the one that disposes; the working directory is kept.</summary>
    /// <exception cref="KernelException">unshare(2) or mount_setattr(2) refused: EPERM without CAP_SYS_ADMIN.</exception>
    public static PrivateMounts Enter()
    {
        var mounts = new PrivateMounts(PathAt.Open("/proc/thread-self/ns/mnt", OpenMode.Read), PathAt.OpenDirectory("."));
        // mount_namespaces(7): setns(2) needs a root and a working directory that no other thread shares, and this parts them too.
        KernelCall.Check(Libc.unshare(Libc.CLONE_NEWNS), "make a mount namespace");
        ulong* attributes = stackalloc ulong[] { 0, 0, (ulong)Propagation.Slave, 0 };
        ReadOnlySpan<byte> root = "/\0"u8;
        fixed (byte* p = root)
        {
            long result = Libc.syscall(Libc.SYS_mount_setattr, Libc.AT_FDCWD, (long)p, Libc.AT_RECURSIVE, (long)attributes, 32, 0);
            KernelCall.Check(result, "part the mounts below", "/");
        }
        return mounts;
    }

    /// <summary>Returns to the mount namespace and the working directory from before.</summary>
    /// <exception cref="KernelException">setns(2) refused.</exception>
    public void Dispose()
    {
        if (before.IsClosed)
        {
            return;
        }
        KernelCall.Check(Libc.setns(before.Descriptor, Libc.CLONE_NEWNS), "return to the mount namespace");
        // setns(2) leads to the root.
        KernelCall.Check(Libc.fchdir(directory.Descriptor), "return to the working directory");
        before.Dispose();
        directory.Dispose();
    }
}

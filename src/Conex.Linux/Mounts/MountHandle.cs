using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Mounts;

/// <summary>A mount that is attached nowhere: it vanishes with its last descriptor unless move_mount(2) attaches it.</summary>
public sealed unsafe class MountHandle(int descriptor) : FileHandle(descriptor)
{
    /// <summary>Copies what is mounted at a path (open_tree(2)).</summary>
    /// <param name="recursive">Whether mounts below are copied too.</param>
    /// <param name="follow">Whether a symbolic link at the end of the path is followed.</param>
    /// <exception cref="KernelException">open_tree(2) refused.</exception>
    public static MountHandle Clone(string path, bool recursive, bool follow = true)
    {
        byte[] name = [.. System.Text.Encoding.UTF8.GetBytes(path), 0];
        int flags = Libc.OPEN_TREE_CLONE | Libc.O_CLOEXEC | (recursive ? Libc.AT_RECURSIVE : 0) | (follow ? 0 : Libc.AT_SYMLINK_NOFOLLOW);
        fixed (byte* p = name)
        {
            long mount = Libc.syscall(Libc.SYS_open_tree, Libc.AT_FDCWD, (long)p, flags, 0, 0, 0);
            return new MountHandle((int)KernelCall.Check(mount, "clone the mount", path));
        }
    }

    /// <summary>Maps the user and group IDs of all files as a user namespace does (mount_setattr(2), MOUNT_ATTR_IDMAP).</summary>
    /// <param name="recursive">Whether the mounts below are mapped too.</param>
    /// <returns>EINVAL: the file system cannot; EPERM: the mount or the namespace is not this process's to use.</returns>
    public Errno MapIds(FileHandle userNamespace, bool recursive)
    {
        ulong* attributes = stackalloc ulong[] { Libc.MOUNT_ATTR_IDMAP, 0, 0, (ulong)userNamespace.Descriptor };
        byte empty = 0;
        int flags = Libc.AT_EMPTY_PATH | (recursive ? Libc.AT_RECURSIVE : 0);
        long result = Libc.syscall(Libc.SYS_mount_setattr, Descriptor, (long)&empty, flags, (long)attributes, 32, 0);
        return result == -1 ? KernelCall.LastError : Errno.None;
    }

    /// <summary>Lets nobody write through this mount; what can be written through others is their affair (mount_setattr(2)).</summary>
    /// <param name="recursive">Whether the mounts below are protected too.</param>
    /// <exception cref="KernelException">mount_setattr(2) refused: EBUSY when a file is open for writing.</exception>
    public void Protect(bool recursive)
    {
        ulong* attributes = stackalloc ulong[] { (ulong)MountAttributes.ReadOnly, 0, 0, 0 };
        byte empty = 0;
        int flags = Libc.AT_EMPTY_PATH | (recursive ? Libc.AT_RECURSIVE : 0);
        long result = Libc.syscall(Libc.SYS_mount_setattr, Descriptor, (long)&empty, flags, (long)attributes, 32, 0);
        KernelCall.Check(result, "make a mount read-only");
    }

    /// <summary>Attaches the mount to what a descriptor names (move_mount(2)): no path is walked.</summary>
    /// <exception cref="KernelException">move_mount(2) refused: EINVAL for a directory over a file.</exception>
    public void Attach(FileHandle target)
    {
        byte empty = 0;
        int flags = Libc.MOVE_MOUNT_F_EMPTY_PATH | Libc.MOVE_MOUNT_T_EMPTY_PATH;
        long result = Libc.syscall(Libc.SYS_move_mount, Descriptor, (long)&empty, target.Descriptor, (long)&empty, flags, 0);
        KernelCall.Check(result, "attach a mount");
    }

    /// <summary>Attaches the mount to a directory or file of this thread's mount namespace (move_mount(2)).</summary>
    /// <exception cref="KernelException">move_mount(2) refused: ENOENT, or EINVAL for a directory over a file.</exception>
    public void Attach(string path)
    {
        byte[] name = [.. System.Text.Encoding.UTF8.GetBytes(path), 0];
        byte empty = 0;
        fixed (byte* p = name)
        {
            long result = Libc.syscall(
                Libc.SYS_move_mount,
                Descriptor,
                (long)&empty,
                Libc.AT_FDCWD,
                (long)p,
                Libc.MOVE_MOUNT_F_EMPTY_PATH,
                0
            );
            KernelCall.Check(result, "attach a mount to", path);
        }
    }
}

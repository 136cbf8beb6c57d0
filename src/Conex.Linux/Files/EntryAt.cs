using System.Runtime.CompilerServices;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>Calls on a (directory, name) pair where the name is bytes, as on the disk: archives hold names that are no text.
/// Only <see cref="TryOpenResolved"/> takes a path that a stranger wrote; to all others pass one component. No call follows a
/// symbolic link at the end.</summary>
[SkipLocalsInit]
public static unsafe class EntryAt
{
    /// <summary>Opens one component with O_NOFOLLOW, or returns null and the reason (ELOOP: it is a symbolic link).</summary>
    public static FileHandle? TryOpen(FileHandle directory, ReadOnlySpan<byte> name, OpenMode flags, out Errno error, uint mode = 0)
    {
        CString path;
        byte* p = CString.Fill(&path, name);
        int fd;
        do
        {
            fd = Libc.openat(directory.Descriptor, p, (int)(flags | OpenMode.NoFollow) | Libc.O_CLOEXEC, mode);
            error = fd == -1 ? KernelCall.LastError : Errno.None;
        } while (error == Errno.EINTR);
        return fd == -1 ? null : new FileHandle(fd);
    }

    /// <summary>Opens a directory by a path of several components with openat2(2) under <paramref name="rules"/>.</summary>
    /// <param name="flags">Added to O_DIRECTORY, e.g. <see cref="OpenMode.Path"/> or <see cref="OpenMode.NoFollow"/>.</param>
    public static DirectoryHandle? TryOpenResolved(
        FileHandle directory,
        ReadOnlySpan<byte> path,
        OpenMode flags,
        ResolveRules rules,
        out Errno error
    )
    {
        CString copy;
        byte* p = CString.Fill(&copy, path);
        ulong* how = stackalloc ulong[3];
        how[0] = (ulong)((int)(flags | OpenMode.Directory) | Libc.O_CLOEXEC);
        how[1] = 0;
        how[2] = (ulong)rules;
        long fd;
        int tries = 0;
        do
        {
            // EAGAIN: a rename or mount raced with the walk; openat2(2) asks to try again.
            fd = Libc.syscall(Libc.SYS_openat2, directory.Descriptor, (long)p, (long)how, 24, 0, 0);
            error = fd == -1 ? KernelCall.LastError : Errno.None;
        } while (error is Errno.EINTR || (error is Errno.EAGAIN && ++tries < 128));
        return fd == -1 ? null : new DirectoryHandle((int)fd);
    }

    /// <summary>Whether something is mounted on a name in the mount namespace that the directory was opened in. unlink(2) does not tell when
    /// that is another one than the caller's: it takes the mount away.</summary>
    public static bool IsMountPoint(FileHandle directory, ReadOnlySpan<byte> name)
    {
        CString copy;
        byte* p = CString.Fill(&copy, name);
        ulong* how = stackalloc ulong[3];
        how[0] = (ulong)((int)(OpenMode.Path | OpenMode.NoFollow) | Libc.O_CLOEXEC);
        how[1] = 0;
        how[2] = (ulong)ResolveRules.NoCrossDevice;
        long fd = Libc.syscall(Libc.SYS_openat2, directory.Descriptor, (long)p, (long)how, 24, 0, 0);
        if (fd == -1)
        {
            return KernelCall.LastError == Errno.EXDEV;
        }
        _ = Libc.close((int)fd);
        return false;
    }

    /// <summary>mkdirat(2).</summary>
    public static Errno MakeDirectory(FileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        CString path;
        return Result(Libc.mkdirat(directory.Descriptor, CString.Fill(&path, name), mode));
    }

    /// <summary>mknodat(2).</summary>
    public static Errno MakeNode(FileHandle directory, ReadOnlySpan<byte> name, FileKind kind, uint mode, uint major, uint minor)
    {
        CString path;
        byte* p = CString.Fill(&path, name);
        return Result(Libc.mknodat(directory.Descriptor, p, (uint)kind | mode, DeviceNumber.Encode(major, minor)));
    }

    /// <summary>symlinkat(2).</summary>
    public static Errno MakeSymbolicLink(FileHandle directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        CString path;
        CString content;
        byte* t = CString.Fill(&content, target);
        return Result(Libc.symlinkat(t, directory.Descriptor, CString.Fill(&path, name)));
    }

    /// <summary>linkat(2); a symbolic link at the end of the old name is linked itself.</summary>
    public static Errno MakeHardLink(
        FileHandle oldDirectory,
        ReadOnlySpan<byte> oldName,
        FileHandle newDirectory,
        ReadOnlySpan<byte> newName
    )
    {
        CString from;
        CString to;
        byte* p = CString.Fill(&from, oldName);
        return Result(Libc.linkat(oldDirectory.Descriptor, p, newDirectory.Descriptor, CString.Fill(&to, newName), 0));
    }

    /// <summary>renameat(2): replaces a file by a file, an empty directory by a directory.</summary>
    public static Errno Rename(FileHandle oldDirectory, ReadOnlySpan<byte> oldName, FileHandle newDirectory, ReadOnlySpan<byte> newName)
    {
        CString from;
        CString to;
        byte* p = CString.Fill(&from, oldName);
        return Result(Libc.renameat(oldDirectory.Descriptor, p, newDirectory.Descriptor, CString.Fill(&to, newName)));
    }

    /// <summary>renameat2(2): two names of one directory change places at once.</summary>
    public static Errno Exchange(FileHandle directory, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        CString from;
        CString to;
        byte* p = CString.Fill(&from, first);
        int handle = directory.Descriptor;
        return Result(Libc.renameat2(handle, p, handle, CString.Fill(&to, second), Libc.RENAME_EXCHANGE));
    }

    /// <summary>unlinkat(2) of something that is no directory.</summary>
    public static Errno Unlink(FileHandle directory, ReadOnlySpan<byte> name)
    {
        CString path;
        return Result(Libc.unlinkat(directory.Descriptor, CString.Fill(&path, name), 0));
    }

    /// <summary>unlinkat(2) of an empty directory.</summary>
    public static Errno RemoveDirectory(FileHandle directory, ReadOnlySpan<byte> name)
    {
        CString path;
        return Result(Libc.unlinkat(directory.Descriptor, CString.Fill(&path, name), Libc.AT_REMOVEDIR));
    }

    /// <summary>Permission bits. fchmodat(2) follows a symbolic link: only for a name that is known to be none.</summary>
    public static Errno SetMode(FileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        CString path;
        return Result(Libc.fchmodat(directory.Descriptor, CString.Fill(&path, name), mode, 0));
    }

    /// <summary>Owner and group.</summary>
    public static Errno SetOwner(FileHandle directory, ReadOnlySpan<byte> name, uint user, uint group)
    {
        CString path;
        byte* p = CString.Fill(&path, name);
        return Result(Libc.fchownat(directory.Descriptor, p, user, group, Libc.AT_SYMLINK_NOFOLLOW));
    }

    /// <summary>Modification and access time.</summary>
    public static Errno SetModified(FileHandle directory, ReadOnlySpan<byte> name, long seconds, uint nanoseconds)
    {
        CString path;
        long* times = stackalloc long[] { seconds, nanoseconds, seconds, nanoseconds };
        return Result(Libc.utimensat(directory.Descriptor, CString.Fill(&path, name), times, Libc.AT_SYMLINK_NOFOLLOW));
    }

    /// <summary>The target of a symbolic link, in the bytes of the disk.</summary>
    /// <exception cref="KernelException">readlinkat(2) refused.</exception>
    public static byte[] ReadLink(FileHandle directory, ReadOnlySpan<byte> name)
    {
        const int size = 4096;
        CString path;
        byte* p = CString.Fill(&path, name);
        byte* buffer = stackalloc byte[size];
        nint length = Libc.readlinkat(directory.Descriptor, p, buffer, size);
        return length == -1
            ? throw new KernelException("read link", Encoding.UTF8.GetString(name), KernelCall.LastError)
            : new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
    }

    /// <summary>What a name is; null when nothing has it.</summary>
    /// <exception cref="KernelException">statx(2) refused for another reason than ENOENT.</exception>
    public static FileStatus? Status(FileHandle directory, ReadOnlySpan<byte> name)
    {
        CString path;
        byte* p = CString.Fill(&path, name);
        byte* buffer = stackalloc byte[256];
        int flags = Libc.AT_SYMLINK_NOFOLLOW | (name.IsEmpty ? Libc.AT_EMPTY_PATH : 0);
        if (Libc.statx(directory.Descriptor, p, flags, Libc.STATX_BASIC_STATS, buffer) == -1)
        {
            Errno error = KernelCall.LastError;
            return error == Errno.ENOENT ? null : throw new KernelException("stat", Encoding.UTF8.GetString(name), error);
        }
        uint* words = (uint*)buffer;
        return new FileStatus(
            Mode: *(ushort*)(buffer + 28),
            Inode: *(ulong*)(buffer + 32),
            UserId: words[5],
            GroupId: words[6],
            Links: words[4],
            Size: *(ulong*)(buffer + 40),
            Device: (words[34], words[35]),
            SpecialDevice: (words[32], words[33]),
            ModifiedSeconds: *(long*)(buffer + 112),
            ModifiedNanoseconds: words[30]
        );
    }

    private static Errno Result(int result) => result == -1 ? KernelCall.LastError : Errno.None;
}

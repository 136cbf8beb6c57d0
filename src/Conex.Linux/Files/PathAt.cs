using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>Calls on a (directory, relative path) pair: the *at family. Pass <see cref="Current"/> for paths of the process.</summary>
public static unsafe class PathAt
{
    /// <summary>AT_FDCWD: relative paths start at the working directory, absolute ones at the root.</summary>
    public static FileHandle Current { get; } = new(Libc.AT_FDCWD, ownsHandle: false);

    /// <summary>Opens a file of the process's own view by an ordinary path walk.</summary>
    /// <param name="mode">Permission bits of a file that is created, before the umask.</param>
    /// <exception cref="KernelException">openat(2) refused.</exception>
    public static FileHandle Open(string path, OpenMode flags, uint mode = 0) => Open(Current, path, flags, mode);

    /// <inheritdoc cref="Open(string, OpenMode, uint)"/>
    public static FileHandle Open(FileHandle directory, string path, OpenMode flags, uint mode = 0) =>
        TryOpen(directory, path, flags, out Errno error, mode) ?? throw new KernelException("open", path, error);

    /// <summary>Opens a file, or returns null and the reason.</summary>
    public static FileHandle? TryOpen(FileHandle directory, string path, OpenMode flags, out Errno error, uint mode = 0)
    {
        int fd;
        do
        {
            fd = Libc.openat(Number(directory), path, (int)flags | Libc.O_CLOEXEC, mode);
            error = fd == -1 ? KernelCall.LastError : Errno.None;
        } while (error == Errno.EINTR);
        return fd == -1 ? null : new FileHandle(fd);
    }

    /// <summary>Opens a directory for use as the first half of a pair.</summary>
    /// <exception cref="KernelException">openat(2) refused.</exception>
    public static DirectoryHandle OpenDirectory(FileHandle directory, string path)
    {
        int fd = Libc.openat(Number(directory), path, (int)(OpenMode.Directory) | Libc.O_CLOEXEC, 0);
        return new DirectoryHandle(KernelCall.Check(fd, "open directory", path));
    }

    /// <inheritdoc cref="OpenDirectory(FileHandle, string)"/>
    public static DirectoryHandle OpenDirectory(string path) => OpenDirectory(Current, path);

    /// <summary>The same; null when nothing is there.</summary>
    /// <exception cref="KernelException">openat(2) refused for another reason.</exception>
    public static DirectoryHandle? TryOpenDirectory(string path)
    {
        int fd = Libc.openat(Number(Current), path, (int)(OpenMode.Directory) | Libc.O_CLOEXEC, 0);
        return fd == -1 && KernelCall.LastError == Errno.ENOENT ? null : new DirectoryHandle(KernelCall.Check(fd, "open directory", path));
    }

    /// <summary>Opens a path with openat2(2) under <paramref name="rules"/>: how to walk a tree that an attacker may have written.</summary>
    /// <exception cref="KernelException">openat2(2) refused, e.g. EXDEV or ELOOP when the path breaks a rule.</exception>
    public static FileHandle OpenResolved(FileHandle directory, string path, OpenMode flags, ResolveRules rules, uint mode = 0) =>
        TryOpenResolved(directory, path, flags, rules, out Errno error, mode) ?? throw new KernelException("open", path, error);

    /// <inheritdoc cref="OpenResolved"/>
    public static FileHandle? TryOpenResolved(
        FileHandle directory,
        string path,
        OpenMode flags,
        ResolveRules rules,
        out Errno error,
        uint mode = 0
    )
    {
        ulong* how = stackalloc ulong[3];
        how[0] = (ulong)((int)flags | Libc.O_CLOEXEC);
        how[1] = (flags & OpenMode.Create) != 0 ? mode : 0;
        how[2] = (ulong)rules;
        int size = System.Text.Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        Span<byte> bytes = size <= 1024 ? stackalloc byte[size] : new byte[size];
        bytes[System.Text.Encoding.UTF8.GetBytes(path, bytes)] = 0;
        long fd;
        fixed (byte* name = bytes)
        {
            // EAGAIN: a rename or mount raced with the walk; openat2(2) asks to try again.
            int tries = 0;
            do
            {
                fd = Libc.syscall(Libc.SYS_openat2, Number(directory), (long)name, (long)how, 24, 0, 0);
                error = fd == -1 ? KernelCall.LastError : Errno.None;
            } while (error is Errno.EINTR || (error is Errno.EAGAIN && ++tries < 128));
        }
        return fd == -1 ? null : new FileHandle((int)fd);
    }

    /// <exception cref="KernelException">mkdirat(2) refused.</exception>
    public static void MakeDirectory(FileHandle directory, string path, uint mode) =>
        KernelCall.Check(Libc.mkdirat(Number(directory), path, mode), "create directory", path);

    /// <summary>Makes a directory unless something of that name is there.</summary>
    /// <returns>False when the name was taken.</returns>
    public static bool TryMakeDirectory(FileHandle directory, string path, uint mode) =>
        Libc.mkdirat(Number(directory), path, mode) == 0
        || (KernelCall.LastError == Errno.EEXIST ? false : throw new KernelException("create directory", path, KernelCall.LastError));

    /// <exception cref="KernelException">mknodat(2) refused.</exception>
    public static void MakeNode(FileHandle directory, string path, FileKind kind, uint mode, uint major, uint minor) =>
        KernelCall.Check(
            Libc.mknodat(Number(directory), path, (uint)kind | mode, DeviceNumber.Encode(major, minor)),
            "create device node",
            path
        );

    /// <exception cref="KernelException">symlinkat(2) refused.</exception>
    public static void MakeSymbolicLink(FileHandle directory, string path, string target) =>
        KernelCall.Check(Libc.symlinkat(target, Number(directory), path), "create symbolic link", path);

    /// <exception cref="KernelException">linkat(2) refused.</exception>
    public static void MakeHardLink(FileHandle oldDirectory, string oldPath, FileHandle newDirectory, string newPath) =>
        KernelCall.Check(Libc.linkat(Number(oldDirectory), oldPath, Number(newDirectory), newPath, 0), "link", newPath);

    /// <summary>Removes a name that is not a directory; a missing one is no error.</summary>
    /// <returns>False when nothing was there.</returns>
    public static bool Unlink(FileHandle directory, string path) => Remove(directory, path, 0);

    /// <summary>Removes an empty directory; a missing one is no error.</summary>
    /// <returns>False when nothing was there.</returns>
    public static bool RemoveDirectory(FileHandle directory, string path) => Remove(directory, path, Libc.AT_REMOVEDIR);

    /// <exception cref="KernelException">renameat(2) refused.</exception>
    public static void Rename(FileHandle oldDirectory, string oldPath, FileHandle newDirectory, string newPath) =>
        KernelCall.Check(Libc.renameat(Number(oldDirectory), oldPath, Number(newDirectory), newPath), "rename", newPath);

    /// <summary>The target of a symbolic link.</summary>
    /// <exception cref="KernelException">readlinkat(2) refused.</exception>
    public static string ReadLink(FileHandle directory, string path)
    {
        const int size = 4096;
        byte* buffer = stackalloc byte[size];
        nint length = (nint)KernelCall.Check(Libc.readlinkat(Number(directory), path, buffer, size), "read link", path);
        return System.Text.Encoding.UTF8.GetString(buffer, (int)length);
    }

    /// <summary>What is at a path; null when nothing is.</summary>
    /// <param name="follow">Whether a symbolic link at the end is followed.</param>
    /// <exception cref="KernelException">statx(2) refused for another reason than ENOENT or ENOTDIR.</exception>
    public static FileStatus? Status(FileHandle directory, string path, bool follow = true)
    {
        byte* buffer = stackalloc byte[256];
        int flags = (follow ? 0 : Libc.AT_SYMLINK_NOFOLLOW) | (path.Length == 0 ? Libc.AT_EMPTY_PATH : 0);
        if (Libc.statx(Number(directory), path, flags, Libc.STATX_BASIC_STATS, buffer) == -1)
        {
            Errno error = KernelCall.LastError;
            return error is Errno.ENOENT or Errno.ENOTDIR ? null : throw new KernelException("stat", path, error);
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

    /// <inheritdoc cref="Status(FileHandle, string, bool)"/>
    public static FileStatus? Status(string path, bool follow = true) => Status(Current, path, follow);

    /// <exception cref="KernelException">fchmodat(2) refused.</exception>
    public static void SetMode(FileHandle directory, string path, uint mode) =>
        KernelCall.Check(Libc.fchmodat(Number(directory), path, mode, 0), "set the mode of", path);

    /// <summary>Sets owner and group of the name itself, never of what a link points to.</summary>
    /// <exception cref="KernelException">fchownat(2) refused.</exception>
    public static void SetOwner(FileHandle directory, string path, uint user, uint group) =>
        KernelCall.Check(
            Libc.fchownat(Number(directory), path, user, group, Libc.AT_SYMLINK_NOFOLLOW | (path.Length == 0 ? Libc.AT_EMPTY_PATH : 0)),
            "set the owner of",
            path
        );

    /// <summary>Sets the modification (and access) time of the name itself, never of what a link points to.</summary>
    /// <exception cref="KernelException">utimensat(2) refused.</exception>
    public static void SetModified(FileHandle directory, string path, long seconds, uint nanoseconds)
    {
        long* times = stackalloc long[] { seconds, nanoseconds, seconds, nanoseconds };
        KernelCall.Check(Libc.utimensat(Number(directory), path, times, Libc.AT_SYMLINK_NOFOLLOW), "set the times of", path);
    }

    internal static int Number(FileHandle handle) => handle.Descriptor;

    private static bool Remove(FileHandle directory, string path, int flags)
    {
        if (Libc.unlinkat(Number(directory), path, flags) == 0)
        {
            return true;
        }
        Errno error = KernelCall.LastError;
        return error == Errno.ENOENT ? false : throw new KernelException("remove", path, error);
    }
}

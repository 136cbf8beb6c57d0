using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Mounts;

/// <summary>Mounts file systems where nobody sees them: no mount table has them, and they end with their last descriptor
/// (fsopen(2), fsconfig(2), fsmount(2)).</summary>
public static unsafe class DetachedMount
{
    /// <summary>Makes a file system's superblock and one mount of it.</summary>
    /// <returns>Null and the reason when the kernel does not know the type or an option, or refuses.</returns>
    public static MountHandle? TryMake(string type, IReadOnlyList<FileSystemOption> options, MountAttributes attributes, out Errno error)
    {
        ArgumentNullException.ThrowIfNull(options);
        int opened;
        fixed (byte* name = Terminated(type))
        {
            opened = Result(Libc.syscall(Libc.SYS_fsopen, (long)name, Libc.FSOPEN_CLOEXEC, 0, 0, 0, 0), out error);
        }
        if (error != Errno.None)
        {
            return null;
        }
        using var context = new FileHandle(opened);
        foreach (FileSystemOption option in options)
        {
            error = Configure(context, option);
            if (error != Errno.None)
            {
                return null;
            }
        }
        Result(Libc.syscall(Libc.SYS_fsconfig, opened, Libc.FSCONFIG_CMD_CREATE, 0, 0, 0, 0), out error);
        if (error != Errno.None)
        {
            return null;
        }
        int mount = Result(Libc.syscall(Libc.SYS_fsmount, opened, Libc.FSMOUNT_CLOEXEC, (long)attributes, 0, 0, 0), out error);
        return error == Errno.None ? new MountHandle(mount) : null;
    }

    /// <summary>The same by mount(2), for kernels whose file system takes its options only there.</summary>
    /// <param name="options">As mount(2) takes them, less than a page.</param>
    /// <param name="own">The mount namespace where this is mounted first.</param>
    /// <param name="place">A directory in it.</param>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static MountHandle MakeAt(PrivateMounts own, string place, string type, string options, MountAttributes attributes)
    {
        ArgumentNullException.ThrowIfNull(own);
        // MS_RDONLY, MS_NOSUID, MS_NODEV and MS_NOEXEC have the same values.
        KernelCall.Check(Libc.mount(type, place, type, (ulong)attributes, options), "mount", type);
        return MountHandle.Clone(place, recursive: false);
    }

    private static Errno Configure(FileHandle context, FileSystemOption option)
    {
        uint command =
            option.Descriptor is not null ? Libc.FSCONFIG_SET_FD
            : option.Value is null ? Libc.FSCONFIG_SET_FLAG
            : Libc.FSCONFIG_SET_STRING;
        fixed (byte* key = Terminated(option.Key))
        fixed (byte* value = option.Value is { } text ? Terminated(text) : null)
        {
            int auxiliary = option.Descriptor?.Descriptor ?? 0;
            Result(Libc.syscall(Libc.SYS_fsconfig, context.Descriptor, command, (long)key, (long)value, auxiliary, 0), out Errno error);
            return error;
        }
    }

    private static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static int Result(long result, out Errno error)
    {
        error = result == -1 ? KernelCall.LastError : Errno.None;
        return (int)result;
    }
}

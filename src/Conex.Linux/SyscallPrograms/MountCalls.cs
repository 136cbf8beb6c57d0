using System.Globalization;
using Conex.Linux.Errors;
using Conex.Linux.Mounts;
using Conex.Linux.Raw;

namespace Conex.Linux.SyscallPrograms;

/// <summary>The mount API of Linux 5.2 and later (fsopen(2), move_mount(2), mount_setattr(2)), as instructions.</summary>
public static class MountCalls
{
    private const int FSOPEN_CLOEXEC = 1;
    private const int FSMOUNT_CLOEXEC = 1;
    private const int FSCONFIG_SET_FLAG = 0;
    private const int FSCONFIG_SET_STRING = 1;
    private const int FSCONFIG_SET_FD = 5;
    private const int FSCONFIG_CMD_CREATE = 6;
    private const int FSCONFIG_CMD_RECONFIGURE = 7;
    private const int FSPICK_CLOEXEC = 1;
    private const int FSPICK_EMPTY_PATH = 8;
    private const int OPEN_TREE_CLONE = 1;
    private const ulong MS_REMOUNT = 0x20;
    private const int AT_RECURSIVE = 0x8000;
    private const int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    private const int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private const int MNT_DETACH = 2;

    /// <summary>fsopen(2): a new file system context.</summary>
    public static Register OpenFileSystem(this SyscallProgramBuilder program, string type, CallRules call = default) =>
        program.Call(SyscallNumber.fsopen, call, program.Text(type), FSOPEN_CLOEXEC);

    /// <summary>fsconfig(2): a key with a value, or a flag when the value is null.</summary>
    public static void Configure(this SyscallProgramBuilder program, Register context, string key, string? value)
    {
        var call = new CallRules { Log = context };
        if (value is null)
        {
            program.Do(SyscallNumber.fsconfig, call, context, FSCONFIG_SET_FLAG, program.Text(key), 0, 0);
        }
        else
        {
            program.Do(SyscallNumber.fsconfig, call, context, FSCONFIG_SET_STRING, program.Text(key), program.Text(value), 0);
        }
    }

    /// <summary>fsconfig(2) FSCONFIG_SET_FD: a key with a descriptor for its value.</summary>
    public static void ConfigureDescriptor(this SyscallProgramBuilder program, Register context, string key, Argument descriptor) =>
        program.Do(SyscallNumber.fsconfig, new CallRules { Log = context }, context, FSCONFIG_SET_FD, program.Text(key), 0, descriptor);

    /// <summary>fsconfig(2) FSCONFIG_CMD_CREATE: makes the superblock.</summary>
    public static void CreateSuperblock(this SyscallProgramBuilder program, Register context) =>
        program.Do(SyscallNumber.fsconfig, new CallRules { Log = context }, context, FSCONFIG_CMD_CREATE, 0, 0, 0);

    /// <summary>fspick(2): the context of the superblock that is mounted at a descriptor, to change its settings.</summary>
    public static Register PickFileSystem(this SyscallProgramBuilder program, Register mount) =>
        program.Call(SyscallNumber.fspick, default, mount, program.Text(""), FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);

    /// <summary>fsconfig(2) FSCONFIG_CMD_RECONFIGURE: the new settings come into force.</summary>
    public static void ReconfigureSuperblock(this SyscallProgramBuilder program, Register context) =>
        program.Do(SyscallNumber.fsconfig, new CallRules { Log = context }, context, FSCONFIG_CMD_RECONFIGURE, 0, 0, 0);

    /// <summary>mount(2) with MS_REMOUNT of the mount that is the working directory: for MS_I_VERSION, which the new API cannot carry.</summary>
    /// <param name="flags">All MS_* flags that mount and superblock shall have.</param>
    public static void RemountHere(this SyscallProgramBuilder program, ulong flags) =>
        program.Do(SyscallNumber.mount, default, 0, program.Text("."), 0, flags | MS_REMOUNT, 0);

    /// <summary>fsmount(2): a detached mount of the context's superblock.</summary>
    public static Register MountFileSystem(this SyscallProgramBuilder program, Register context, MountAttributes attributes) =>
        program.Call(SyscallNumber.fsmount, new CallRules { Log = context }, context, FSMOUNT_CLOEXEC, (ulong)attributes);

    /// <summary>open_tree(2) with OPEN_TREE_CLONE: a detached copy of what is mounted at a path; an empty path is the descriptor itself.</summary>
    public static Register CloneMount(
        this SyscallProgramBuilder program,
        Argument directory,
        string path,
        bool recursive,
        CallRules call = default,
        Register? into = null,
        bool follow = true
    )
    {
        Register result = into ?? program.Register();
        program.CallInto(
            result,
            SyscallNumber.open_tree,
            call,
            directory,
            program.Text(path),
            OPEN_TREE_CLONE
                | Libc.O_CLOEXEC
                | (recursive ? AT_RECURSIVE : 0)
                | (path.Length == 0 ? Libc.AT_EMPTY_PATH : 0)
                | (follow ? 0 : Libc.AT_SYMLINK_NOFOLLOW)
        );
        return result;
    }

    /// <summary>mount_setattr(2) on a mount's descriptor.</summary>
    public static void SetMountAttributes(
        this SyscallProgramBuilder program,
        Argument mount,
        MountAttributes set,
        MountAttributes clear,
        Propagation propagation,
        bool recursive,
        CallRules call = default
    ) =>
        program.Do(
            SyscallNumber.mount_setattr,
            call,
            mount,
            program.Text(""),
            Libc.AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
            program.Words((ulong)set, (ulong)clear, (ulong)propagation, 0),
            32
        );

    /// <summary>mount_setattr(2) on the mount at a path of the process's own view: its propagation.</summary>
    /// <param name="recursive">Whether all mounts below get it too.</param>
    public static void SetPropagation(this SyscallProgramBuilder program, string path, Propagation propagation, bool recursive = true) =>
        program.Do(
            SyscallNumber.mount_setattr,
            default,
            Libc.AT_FDCWD,
            program.Text(path),
            recursive ? AT_RECURSIVE : 0,
            program.Words(0, 0, (ulong)propagation, 0),
            32
        );

    /// <summary>move_mount(2): attaches a detached mount; an empty path is the target's descriptor itself.</summary>
    public static Register MoveMount(
        this SyscallProgramBuilder program,
        Register mount,
        Argument targetDirectory,
        string path,
        CallRules call = default
    ) =>
        program.Call(
            SyscallNumber.move_mount,
            call,
            mount,
            program.Text(""),
            targetDirectory,
            program.Text(path),
            MOVE_MOUNT_F_EMPTY_PATH | (path.Length == 0 ? MOVE_MOUNT_T_EMPTY_PATH : 0)
        );

    /// <summary>mount(2): the old way, for what the new one cannot carry.</summary>
    public static void Mount(this SyscallProgramBuilder program, string source, string target, string type, ulong flags, string data) =>
        program.Do(SyscallNumber.mount, default, program.Text(source), program.Text(target), program.Text(type), flags, program.Text(data));

    /// <summary>pivot_root(".", "."): the working directory becomes the root and the old root is stacked upon it (pivot_root(2)).</summary>
    public static void PivotHere(this SyscallProgramBuilder program) =>
        program.Do(SyscallNumber.pivot_root, default, program.Text("."), program.Text("."));

    /// <summary>umount2(".", MNT_DETACH).</summary>
    public static void DetachHere(this SyscallProgramBuilder program) =>
        program.Do(SyscallNumber.umount2, default, program.Text("."), MNT_DETACH);

    /// <summary>umount2(2) with MNT_DETACH of the mount whose root a descriptor is. The call takes paths alone, and any path of the
    /// mount's own namespace may lead elsewhere by now: the mount takes the number of a descriptor that is needed no more, and that name in
    /// procfs leads to just it.</summary>
    /// <param name="descriptors">/proc/self/fd, opened where nobody else can have put something in its place.</param>
    /// <param name="number">The descriptor that is needed no more.</param>
    public static void Detach(
        this SyscallProgramBuilder program,
        Register mount,
        Register descriptors,
        int number,
        CallRules call = default
    )
    {
        program.DuplicateOnto(mount, number);
        program.ChangeDirectory(descriptors);
        program.Do(SyscallNumber.umount2, call, program.Text(number.ToString(CultureInfo.InvariantCulture)), MNT_DETACH);
    }

    /// <summary>statx(2) of a descriptor and a comparison: it lies on the mount of this ID (<see cref="MountId"/>), else <paramref name="error"/>.</summary>
    public static void RequireMount(this SyscallProgramBuilder program, Register file, ulong id, Errno error)
    {
        Datum status = program.Cell(256);
        program.Do(SyscallNumber.statx, default, file, program.Text(""), Libc.AT_EMPTY_PATH, MountId.Wanted, status);
        program.Check(status.At(MountId.Offset), ulong.MaxValue, id, error);
    }

    /// <summary>move_mount(2) of the working directory's mount over / and chroot(2) into it: for roots that cannot be pivoted away from.</summary>
    public static void MoveRootHere(this SyscallProgramBuilder program, Register root)
    {
        program.Do(SyscallNumber.move_mount, default, root, program.Text(""), Libc.AT_FDCWD, program.Text("/"), MOVE_MOUNT_F_EMPTY_PATH);
        program.Do(SyscallNumber.chroot, default, program.Text("."));
    }
}

using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>What statfs(2) says of the file system that holds an open file.</summary>
/// <param name="Type">The magic number, as in linux/magic.h.</param>
/// <param name="IsReadOnly">Whether the file system or the mount that the file was opened through forbids writing.</param>
public readonly unsafe record struct FileSystemStatus(long Type, bool IsReadOnly)
{
    private const long PROC_SUPER_MAGIC = 0x9fa0;
    private const long SYSFS_MAGIC = 0x62656572;
    private const long CGROUP_SUPER_MAGIC = 0x27e0eb;
    private const long DEVPTS_SUPER_MAGIC = 0x1cd1;
    private const long MQUEUE_MAGIC = 0x19800202;
    private const int TypeOffset = 0;
    private const int FlagsOffset = 80; // struct statfs, x86-64 and arm64
    private const ulong ST_RDONLY = 1;

    /// <summary>Whether its files are views of the kernel rather than files: proc, sysfs, cgroups, terminals, message queues.</summary>
    public bool IsOfTheKernel =>
        Type is PROC_SUPER_MAGIC or SYSFS_MAGIC or CGROUP_SUPER_MAGIC or Libc.CGROUP2_SUPER_MAGIC or DEVPTS_SUPER_MAGIC or MQUEUE_MAGIC;

    /// <summary>Asks for it.</summary>
    /// <param name="file">Also one opened with O_PATH.</param>
    /// <exception cref="KernelException">statfs(2) refused.</exception>
    public static FileSystemStatus Of(FileHandle file)
    {
        byte* buffer = stackalloc byte[256];
        KernelCall.Check(Libc.statfs($"/proc/self/fd/{file.Descriptor}", buffer), "stat the file system of a descriptor");
        return new FileSystemStatus(*(long*)(buffer + TypeOffset), (*(ulong*)(buffer + FlagsOffset) & ST_RDONLY) != 0);
    }
}

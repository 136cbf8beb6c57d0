using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Mounts;

/// <summary>The number by which the kernel knows a mount, attached or not: one for ever since Linux 6.8 (statx(2), STATX_MNT_ID_UNIQUE),
/// before that one that a later mount may have again.</summary>
public static unsafe class MountId
{
    /// <summary>STATX_MNT_ID_UNIQUE, and STATX_MNT_ID for kernels that do not know it.</summary>
    internal const uint Wanted = 0x4000 | 0x1000;

    /// <summary>Where stx_mnt_id lies in struct statx.</summary>
    internal const int Offset = 144;

    /// <summary>The ID of the mount that a file lies on.</summary>
    /// <exception cref="KernelException">statx(2) refused.</exception>
    public static ulong Of(FileHandle file)
    {
        byte* buffer = stackalloc byte[256];
        KernelCall.Check(Libc.statx(file.Descriptor, "", Libc.AT_EMPTY_PATH, Wanted, buffer), "stat", "a mount");
        return *(ulong*)(buffer + Offset);
    }
}

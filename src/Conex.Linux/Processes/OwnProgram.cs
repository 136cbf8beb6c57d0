using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>The file that this process executes, which a process that is to be confined could reach through /proc/PID/exe and write to later
/// (CVE-2019-5736).</summary>
public static unsafe class OwnProgram
{
    private const string Path = "/proc/self/exe";
    private const ulong ST_RDONLY = 1; // statfs(2)
    private const int FlagsOffset = 80;
    private const int F_ADD_SEALS = 1033; // fcntl(2)
    private const int F_GET_SEALS = 1034;
    private const int Sealed = 0xF; // F_SEAL_SEAL, _SHRINK, _GROW, _WRITE
    private const uint MFD_CLOEXEC = 1; // memfd_create(2)
    private const uint MFD_ALLOW_SEALING = 2;
    private const uint MFD_EXEC = 0x10;
    private const int AT_EMPTY_PATH = 0x1000;

    /// <summary>Whether the program lies on a read-only mount: nobody can open it for writing there, whatever their rights.</summary>
    public static bool IsOnReadOnlyMount
    {
        get
        {
            byte* status = stackalloc byte[128];
            return Libc.statfs(Path, status) == 0 && (*(ulong*)(status + FlagsOffset) & ST_RDONLY) != 0;
        }
    }

    /// <summary>Whether the program is root's and nobody else may write to it, and this process is an ordinary user's: what that user starts acts
    /// as the user or as the user's subordinate IDs, and can neither open the file for writing nor change its mode. The write bit of the group
    /// stands for whatever an ACL gives, too (acl(5)).</summary>
    private static bool IsOutOfReach =>
        CurrentProcess.EffectiveUser != 0 && PathAt.Status(Path) is { UserId: 0 } status && (status.Mode & 0x12) == 0;

    /// <summary>Returns at once when nobody can write to the program: it lies on a read-only mount, is out of this user's reach, or is a sealed
    /// copy already. Else executes a sealed copy of it, in memory, with the same arguments and environment.</summary>
    /// <exception cref="KernelException">There is no /proc, or the kernel allows no copy.</exception>
    public static void Protect()
    {
        if (!IsOnReadOnlyMount && !IsOutOfReach)
        {
            using FileHandle program = PathAt.Open(Path, OpenMode.Read);
            if (Libc.fcntl(program.Descriptor, F_GET_SEALS, 0) != Sealed)
            {
                using FileHandle copy = Copy(program);
                Execute(copy);
            }
        }
    }

    private static FileHandle Copy(FileHandle program)
    {
        int descriptor = Libc.memfd_create("conex-runtime", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
        if (descriptor == -1 && KernelCall.LastError == Errno.EINVAL)
        {
            // Before Linux 6.3 every memory file could be executed.
            descriptor = Libc.memfd_create("conex-runtime", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        }
        var copy = new FileHandle(KernelCall.Check(descriptor, "make a memory file for", Path));
        long count;
        do
        {
            count = KernelCall.Check(Libc.sendfile(copy.Descriptor, program.Descriptor, null, 1 << 30), "copy", Path);
        } while (count > 0);
        KernelCall.Check(Libc.fcntl(copy.Descriptor, F_ADD_SEALS, Sealed), "seal the copy of", Path);
        return copy;
    }

    private static void Execute(FileHandle program)
    {
        using var arguments = new NativeStringArray(Environment.GetCommandLineArgs());
        using var environment = new NativeStringArray(CurrentProcess.EnvironmentLines());
        KernelCall.Check(
            Libc.execveat(program.Descriptor, "", arguments.Pointer, environment.Pointer, AT_EMPTY_PATH),
            "execute the sealed copy of",
            Path
        );
    }
}

using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>A program started by posix_spawn(3): the address space is not copied, however large this process is.</summary>
public sealed unsafe class ChildProcess
{
    private const short POSIX_SPAWN_SETSIGMASK = 0x08;
    private const short POSIX_SPAWN_SETSIGDEF = 0x04;
    private const short POSIX_SPAWN_SETSID = 0x80;

    private ChildProcess(int pid) => Pid = pid;

    /// <summary>The process number; valid until <see cref="Wait"/> returned.</summary>
    public int Pid { get; }

    /// <summary>Starts a program.</summary>
    /// <param name="path">The program's file; PATH is not searched.</param>
    /// <param name="arguments">All of argv, the program's name first.</param>
    /// <param name="environment">NAME=value lines; null passes this process's environment on.</param>
    /// <param name="descriptors">What becomes descriptor 0, 1, 2, …: an entry each, null leaves the number as it is. Nothing else is inherited.</param>
    /// <param name="newSession">Whether setsid(2) parts it from this terminal.</param>
    /// <param name="directory">Its working directory; null: this process's.</param>
    /// <exception cref="KernelException">The program cannot be started.</exception>
    public static ChildProcess Spawn(
        string path,
        IReadOnlyList<string> arguments,
        IReadOnlyList<string>? environment = null,
        IReadOnlyList<FileHandle?>? descriptors = null,
        bool newSession = false,
        string? directory = null
    )
    {
        // posix_spawn_file_actions_t is 80 bytes and posix_spawnattr_t 336 bytes in glibc on x86-64.
        byte* actions = stackalloc byte[128];
        byte* attributes = stackalloc byte[512];
        using var argv = new NativeStringArray(arguments);
        using var envp = new NativeStringArray(environment ?? CurrentProcess.EnvironmentLines());
        _ = Libc.posix_spawn_file_actions_init(actions);
        _ = Libc.posix_spawnattr_init(attributes);
        List<FileHandle> moved = [];
        try
        {
            AddDescriptors(actions, descriptors, moved);
            if (directory is not null)
            {
                _ = Libc.posix_spawn_file_actions_addchdir_np(actions, directory);
            }
            _ = Libc.posix_spawn_file_actions_addclosefrom_np(actions, Math.Max(descriptors?.Count ?? 0, 3));
            ulong none = 0;
            ulong all = ~0UL;
            _ = Libc.posix_spawnattr_setsigmask(attributes, Mask(stackalloc ulong[16], none));
            _ = Libc.posix_spawnattr_setsigdefault(attributes, Mask(stackalloc ulong[16], all));
            short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
            _ = Libc.posix_spawnattr_setflags(attributes, newSession ? (short)(flags | POSIX_SPAWN_SETSID) : flags);
            int pid;
            int error = Libc.posix_spawn(&pid, path, actions, attributes, argv.Pointer, envp.Pointer);
            return error == 0 ? new ChildProcess(pid) : throw new KernelException("start", path, (Errno)error);
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            foreach (FileHandle handle in moved)
            {
                handle.Dispose();
            }
        }
    }

    /// <summary>Waits for the end and reaps.</summary>
    /// <exception cref="KernelException">waitid(2) refused: ECHILD when it was reaped already.</exception>
    public ExitStatus Wait() => ChildStatus.Reap(Libc.P_PID, Pid, 0) ?? default;

    /// <summary>Reaps the process when it has ended; null while it runs.</summary>
    /// <exception cref="KernelException">waitid(2) refused: ECHILD when it was reaped already.</exception>
    public ExitStatus? TryWait() => ChildStatus.Reap(Libc.P_PID, Pid, Libc.WNOHANG);

    private static void AddDescriptors(byte* actions, IReadOnlyList<FileHandle?>? descriptors, List<FileHandle> moved)
    {
        if (descriptors is null)
        {
            return;
        }
        // A source that lies among the targets would be overwritten before its turn, and a dup2 onto itself keeps close-on-exec:
        // every source is first lifted above the targets.
        for (int i = 0; i < descriptors.Count; i++)
        {
            if (descriptors[i] is not { } source)
            {
                continue;
            }
            const int F_DUPFD_CLOEXEC = 1030;
            var lifted = new FileHandle(
                KernelCall.Check(Libc.fcntl(source.Descriptor, F_DUPFD_CLOEXEC, descriptors.Count), "duplicate a descriptor")
            );
            moved.Add(lifted);
            _ = Libc.posix_spawn_file_actions_adddup2(actions, lifted.Descriptor, i);
        }
    }

    private static ulong* Mask(Span<ulong> set, ulong first)
    {
        set.Clear();
        set[0] = first;
        fixed (ulong* p = set)
        {
            // The span lies on the caller's stack: the pointer outlives this frame.
            return p;
        }
    }
}

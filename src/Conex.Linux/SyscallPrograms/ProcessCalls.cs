using Conex.Linux.Errors;
using Conex.Linux.Processes;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Calls on the process itself, as instructions.</summary>
public static class ProcessCalls
{
    private const int CloneArgsSize = 88;
    private const ulong CLONE_PARENT = 0x8000;
    private const int PR_SET_PDEATHSIG = 1;
    private const int PR_SET_DUMPABLE = 4;
    private const int PR_SET_KEEPCAPS = 8;
    private const int PR_CAPBSET_DROP = 24;
    private const int PR_SET_NO_NEW_PRIVS = 38;
    private const int PR_CAP_AMBIENT = 47;
    private const int PR_CAP_AMBIENT_RAISE = 2;
    private const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private const int KEYCTL_JOIN_SESSION_KEYRING = 1;
    private const int SECCOMP_SET_MODE_FILTER = 1;
    private const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    /// <summary>setns(2).</summary>
    public static void JoinNamespace(this SyscallProgramBuilder program, Argument descriptor, ulong flags) =>
        program.Do(SyscallNumber.setns, default, descriptor, flags);

    /// <summary>unshare(2).</summary>
    public static void Unshare(this SyscallProgramBuilder program, ulong flags) => program.Do(SyscallNumber.unshare, default, flags);

    /// <summary>clone3(2) with CLONE_PARENT: goes on as a sibling, in the namespaces that were joined and in new ones. The process before
    /// sends the new one's number on <paramref name="channel"/> as 4 bytes after the byte <paramref name="message"/>, and ends.</summary>
    /// <param name="cgroup">The directory of a cgroup v2 to be born in, or null.</param>
    public static void GoOnAsSibling(this SyscallProgramBuilder program, ulong cloneFlags, Register channel, byte message, Register? cgroup)
    {
        const ulong CLONE_INTO_CGROUP = 0x200000000;
        ulong flags = cloneFlags | CLONE_PARENT | (cgroup is null ? 0 : CLONE_INTO_CGROUP);
        // CLONE_PARENT takes the exit signal of the process before: clone3(2) wants 0 here.
        Datum arguments = program.Words(flags, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        if (cgroup is { } directory)
        {
            program.Store(arguments.At(80), directory);
        }
        Register sibling = program.Call(SyscallNumber.clone3, default, arguments, CloneArgsSize);
        using (program.When(Guard.Positive(sibling)))
        {
            Datum text = program.Words(message, 0);
            program.Store(text.At(4), sibling);
            program.Do(SyscallNumber.sendto, new CallRules { Expected = 8 }, channel, text, 8, 0x4000);
            program.Do(SyscallNumber.exit_group, default, 0);
        }
    }

    /// <summary>clone(2): the child goes on with the program; this process stays as its init and ends with its exit code. Not clone3(2),
    /// which seccomp profiles refuse since they cannot read its flags.</summary>
    /// <param name="name">What the init's command line and name become: the one it was started with tells of the host.</param>
    /// <param name="arguments">Where the process's argv and environment lie and how long they are (<see cref="ArgumentArea"/>).</param>
    public static void StayAsInit(this SyscallProgramBuilder program, string name, (Register Start, Register Length) arguments)
    {
        const int PR_SET_NAME = 15;
        Register payload = program.Call(SyscallNumber.clone, default, (int)Signal.SIGCHLD);
        using (program.When(Guard.Positive(payload)))
        {
            program.CloseFrom(3);
            program.Do(Operation.Overwrite, default, arguments.Start, arguments.Length, program.Text(name), name.Length);
            program.Do(SyscallNumber.prctl, new CallRules { AllowAll = true }, PR_SET_NAME, program.Text(name), 0, 0, 0);
            program.CallInto(payload, Operation.Init, default, payload.Index);
        }
    }

    /// <summary>exit_group(2) with 0: the end of a program that executes nothing.</summary>
    public static void Exit(this SyscallProgramBuilder program) => program.Do(SyscallNumber.exit_group, default, 0);

    /// <summary>setsid(2).</summary>
    public static void NewSession(this SyscallProgramBuilder program) => program.Do(SyscallNumber.setsid, default);

    /// <summary>sethostname(2).</summary>
    public static void SetHostName(this SyscallProgramBuilder program, string name) =>
        program.Do(SyscallNumber.sethostname, default, program.Text(name), System.Text.Encoding.UTF8.GetByteCount(name));

    /// <summary>setdomainname(2).</summary>
    public static void SetDomainName(this SyscallProgramBuilder program, string name) =>
        program.Do(SyscallNumber.setdomainname, default, program.Text(name), System.Text.Encoding.UTF8.GetByteCount(name));

    /// <summary>chdir(2).</summary>
    public static Register ChangeDirectory(this SyscallProgramBuilder program, string path, CallRules call = default) =>
        program.Call(SyscallNumber.chdir, call, program.Text(path));

    /// <summary>fchdir(2).</summary>
    public static void ChangeDirectory(this SyscallProgramBuilder program, Register directory) =>
        program.Do(SyscallNumber.fchdir, default, directory);

    /// <summary>getcwd(2) and a look at its first byte: a directory outside of the root reads "(unreachable)" (CVE-2024-21626).</summary>
    public static void RequireReachableDirectory(this SyscallProgramBuilder program)
    {
        const int PATH_MAX = 4096;
        Datum buffer = program.Cell(PATH_MAX);
        program.Do(SyscallNumber.getcwd, default, buffer, PATH_MAX);
        program.Check(buffer, 0xff, '/', Errno.ENOENT);
    }

    /// <summary>umask(2).</summary>
    public static void SetUmask(this SyscallProgramBuilder program, uint mask) => program.Do(SyscallNumber.umask, default, mask);

    /// <summary>prlimit64(2) on this process.</summary>
    public static void SetLimit(this SyscallProgramBuilder program, int resource, ulong soft, ulong hard) =>
        program.Do(SyscallNumber.prlimit64, default, 0, resource, program.Words(soft, hard), 0);

    /// <summary>personality(2).</summary>
    public static void SetPersonality(this SyscallProgramBuilder program, ulong persona) =>
        program.Do(SyscallNumber.personality, default, persona);

    /// <summary>set_mempolicy(2).</summary>
    /// <param name="mode">MPOL_* with MPOL_F_*.</param>
    /// <param name="nodes">A bit for each node.</param>
    public static void SetMemoryPolicy(this SyscallProgramBuilder program, uint mode, ReadOnlySpan<ulong> nodes)
    {
        // The kernel reads one bit less than it is told.
        Argument mask = nodes.IsEmpty ? 0 : program.Words(nodes);
        program.Do(SyscallNumber.set_mempolicy, default, mode, mask, nodes.IsEmpty ? 0 : (nodes.Length * 64) + 1);
    }

    /// <summary>sched_setattr(2) on this process with a prepared struct sched_attr of 48 bytes.</summary>
    public static void SetScheduler(this SyscallProgramBuilder program, Datum attributes) =>
        program.Do(SyscallNumber.sched_setattr, default, 0, attributes, 0);

    /// <summary>sched_setaffinity(2) on this process.</summary>
    /// <param name="mask">A bit for each CPU, whole 64-bit words.</param>
    public static void SetAffinity(this SyscallProgramBuilder program, ReadOnlySpan<byte> mask) =>
        program.Do(SyscallNumber.sched_setaffinity, default, 0, mask.Length, program.Bytes(mask));

    /// <summary>ioprio_set(2) on this process.</summary>
    public static void SetIoPriority(this SyscallProgramBuilder program, int priority) =>
        program.Do(SyscallNumber.ioprio_set, default, 1, 0, priority);

    /// <summary>keyctl(2) KEYCTL_JOIN_SESSION_KEYRING: the host's keys stay out of sight. Kernels without keys answer ENOSYS.</summary>
    public static void JoinSessionKeyring(this SyscallProgramBuilder program, string name) =>
        program.Do(SyscallNumber.keyctl, CallRules.Allow(Errno.ENOSYS), KEYCTL_JOIN_SESSION_KEYRING, program.Text(name));

    /// <summary>prctl(PR_SET_DUMPABLE, 0): processes of the container cannot reach into this one.</summary>
    public static void MakeUndumpable(this SyscallProgramBuilder program) =>
        program.Do(SyscallNumber.prctl, default, PR_SET_DUMPABLE, 0, 0, 0, 0);

    /// <summary>prctl(PR_SET_PDEATHSIG): the signal this process gets when its parent ends.</summary>
    public static void SetParentDeathSignal(this SyscallProgramBuilder program, Signal signal) =>
        program.Do(SyscallNumber.prctl, default, PR_SET_PDEATHSIG, (int)signal, 0, 0, 0);

    /// <summary>prctl(PR_SET_KEEPCAPS).</summary>
    public static void KeepCapabilities(this SyscallProgramBuilder program, bool keep) =>
        program.Do(SyscallNumber.prctl, default, PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0);

    /// <summary>prctl(PR_CAPBSET_DROP) for every capability that is not in <paramref name="keep"/>.</summary>
    /// <param name="last">The newest capability the kernel knows.</param>
    public static void DropBoundingCapabilities(this SyscallProgramBuilder program, ulong keep, int last)
    {
        for (int capability = 0; capability <= last; capability++)
        {
            if ((keep & (1UL << capability)) == 0)
            {
                program.Do(SyscallNumber.prctl, default, PR_CAPBSET_DROP, capability, 0, 0, 0);
            }
        }
    }

    /// <summary>capset(2).</summary>
    public static void SetCapabilities(this SyscallProgramBuilder program, ulong effective, ulong permitted, ulong inheritable)
    {
        Datum header = program.Words(LINUX_CAPABILITY_VERSION_3);
        Datum sets = program.Words(
            (uint)effective | (permitted << 32),
            (uint)inheritable | ((effective >> 32) << 32),
            (uint)(permitted >> 32) | ((inheritable >> 32) << 32)
        );
        program.Do(SyscallNumber.capset, default, header, sets);
    }

    /// <summary>prctl(PR_CAP_AMBIENT): clears the set and raises these.</summary>
    public static void SetAmbientCapabilities(this SyscallProgramBuilder program, ulong capabilities)
    {
        program.Do(SyscallNumber.prctl, default, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        for (int capability = 0; capability < 64; capability++)
        {
            if ((capabilities & (1UL << capability)) != 0)
            {
                program.Do(SyscallNumber.prctl, CallRules.Allow(Errno.EPERM), PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
            }
        }
    }

    /// <summary>setgroups(2).</summary>
    public static void SetGroups(this SyscallProgramBuilder program, IReadOnlyList<uint> groups, CallRules call = default)
    {
        Span<byte> bytes = new byte[groups.Count * 4];
        for (int i = 0; i < groups.Count; i++)
        {
            BitConverter.TryWriteBytes(bytes[(i * 4)..], groups[i]);
        }
        program.Do(SyscallNumber.setgroups, call, groups.Count, program.Bytes(bytes));
    }

    /// <summary>setresgid(2) to one group.</summary>
    public static void SetGroup(this SyscallProgramBuilder program, uint group) =>
        program.Do(SyscallNumber.setresgid, default, group, group, group);

    /// <summary>setresuid(2) to one user.</summary>
    public static void SetUser(this SyscallProgramBuilder program, uint user) =>
        program.Do(SyscallNumber.setresuid, default, user, user, user);

    /// <summary>prctl(PR_SET_NO_NEW_PRIVS).</summary>
    public static void SetNoNewPrivileges(this SyscallProgramBuilder program) =>
        program.Do(SyscallNumber.prctl, default, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);

    /// <summary>seccomp(2): installs a filter.</summary>
    /// <param name="filter">An array of struct sock_filter, 8 bytes each.</param>
    /// <param name="flags">SECCOMP_FILTER_FLAG_*.</param>
    /// <returns>The listener's descriptor, with SECCOMP_FILTER_FLAG_NEW_LISTENER.</returns>
    public static Register LoadSeccomp(this SyscallProgramBuilder program, ReadOnlySpan<byte> filter, uint flags)
    {
        // struct sock_fprog: u16 length, padding, pointer.
        Datum header = program.Words((ulong)(filter.Length / 8), 0);
        program.Point(header.At(8), program.Bytes(filter));
        const uint SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
        if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0)
        {
            return program.Call(SyscallNumber.seccomp, default, SECCOMP_SET_MODE_FILTER, flags, header);
        }
        program.Do(SyscallNumber.seccomp, default, SECCOMP_SET_MODE_FILTER, flags, header);
        return default;
    }

    /// <summary>rt_sigprocmask(2): no signal is blocked.</summary>
    public static void UnblockSignals(this SyscallProgramBuilder program) =>
        program.Do(SyscallNumber.rt_sigprocmask, default, 2, program.Words(0), 0, 8);

    /// <summary>rt_sigaction(2): a signal has its default action, also where this process ignores it (clone3(2) keeps that).</summary>
    public static void DefaultSignal(this SyscallProgramBuilder program, Signal signal) =>
        program.Do(SyscallNumber.rt_sigaction, default, (int)signal, program.Words(0, 0, 0, 0), 0, 8);

    /// <summary>socket(2) and ioctl(2) SIOCSIFFLAGS: brings the loopback device of this network namespace up.</summary>
    public static void RaiseLoopback(this SyscallProgramBuilder program)
    {
        const int AF_INET = 2;
        const int SOCK_DGRAM = 2;
        const int SIOCSIFFLAGS = 0x8914;
        const short IFF_UP_RUNNING = 0x41;
        Register socket = program.Call(SyscallNumber.socket, default, AF_INET, SOCK_DGRAM | 0x80000, 0);
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        "lo"u8.CopyTo(request);
        BitConverter.TryWriteBytes(request[16..], IFF_UP_RUNNING);
        program.Control(socket, SIOCSIFFLAGS, program.Bytes(request));
    }

    /// <summary>faccessat(2) X_OK: 0, or a negated error that says why a program cannot be executed.</summary>
    public static void TryAccess(this SyscallProgramBuilder program, Register into, string path) =>
        program.CallInto(
            into,
            SyscallNumber.faccessat,
            new CallRules { AllowAll = true },
            FileCalls.WorkingDirectory,
            program.Text(path),
            1
        );

    /// <summary>execve(2): the end of a program, but for errors that are allowed.</summary>
    /// <param name="result">Takes such an error.</param>
    public static void Execute(
        this SyscallProgramBuilder program,
        string path,
        Datum arguments,
        Datum environment,
        CallRules call,
        Register? result = null
    )
    {
        if (result is { } register)
        {
            program.CallInto(register, SyscallNumber.execve, call, program.Text(path), arguments, environment);
        }
        else
        {
            program.Do(SyscallNumber.execve, call, program.Text(path), arguments, environment);
        }
    }
}

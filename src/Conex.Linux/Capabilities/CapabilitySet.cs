using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Capabilities;

/// <summary>Capabilities by number and name (capabilities(7), linux/capability.h).</summary>
public static unsafe class CapabilitySet
{
    private static readonly string[] Names =
    [
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_DAC_READ_SEARCH",
        "CAP_FOWNER",
        "CAP_FSETID",
        "CAP_KILL",
        "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE",
        "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN",
        "CAP_NET_RAW",
        "CAP_IPC_LOCK",
        "CAP_IPC_OWNER",
        "CAP_SYS_MODULE",
        "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT",
        "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT",
        "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT",
        "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE",
        "CAP_SYS_TIME",
        "CAP_SYS_TTY_CONFIG",
        "CAP_MKNOD",
        "CAP_LEASE",
        "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL",
        "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE",
        "CAP_MAC_ADMIN",
        "CAP_SYSLOG",
        "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND",
        "CAP_AUDIT_READ",
        "CAP_PERFMON",
        "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>All names, in the order of their numbers.</summary>
    public static IReadOnlyList<string> AllNames => Names;

    /// <summary>The capability's bit, or 0 when there is no such name. Case counts; the prefix CAP_ is needed.</summary>
    public static ulong BitOf(string name)
    {
        int number = Array.IndexOf(Names, name);
        return number < 0 ? 0 : 1UL << number;
    }

    /// <summary>The capabilities this process could still gain or pass on (capget(2), permitted).</summary>
    /// <exception cref="KernelException">capget(2) refused.</exception>
    public static ulong ReadPermitted()
    {
        const int SYS_capget = 125;
        ulong header = 0x20080522;
        uint* sets = stackalloc uint[6];
        KernelCall.Check(Libc.syscall(SYS_capget, (long)&header, (long)sets, 0, 0, 0, 0), "read the capabilities");
        return sets[1] | ((ulong)sets[4] << 32);
    }

    /// <summary>The number of the newest capability the kernel knows.</summary>
    public static int ReadLast()
    {
        // Asked of each number from the newest that is known here (PR_CAPBSET_READ, prctl(2)): a kernel that knows no other needs two answers.
        const int PR_CAPBSET_READ = 23;
        int last = Names.Length - 1;
        while (Libc.prctl(PR_CAPBSET_READ, (ulong)last + 1, 0, 0, 0) >= 0)
        {
            last++;
        }
        while (last >= 0 && Libc.prctl(PR_CAPBSET_READ, (ulong)last, 0, 0, 0) < 0)
        {
            last--;
        }
        return last;
    }
}

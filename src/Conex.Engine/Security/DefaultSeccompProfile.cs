using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Security;

/// <summary>
/// The profile of containers that ask for none: what programs need, and not what reaches the host or rarely used code of the kernel. Capabilities
/// bring the calls that they stand for.
/// </summary>
/// <remarks>
/// It follows the list that docker's users know, with four differences. (1) i386's <c>socketcall</c> gets ENOSYS: its arguments lie behind a
/// pointer that a filter cannot follow, so that it would open the socket families which the rules for <c>socket</c> refuse. (2) x32 is no
/// sub-architecture: the compiler refuses its numbers. (3) Calls newer than the list get ENOSYS instead of EPERM, like numbers unknown to the
/// system call tables: a libc that tries them falls back. (4) <c>uprobe</c> is allowed as <c>uretprobe</c> is: the kernel itself makes both of
/// them a traced process call.
/// </remarks>
public static partial class DefaultSeccompProfile
{
    private const string Allow = "SCMP_ACT_ALLOW";
    private const string Refuse = "SCMP_ACT_ERRNO";

    private const uint EPERM = 1;
    private const uint ENOSYS = 38;

    private const uint AF_ALG = 38;
    private const uint AF_NFC = 39;
    private const uint AF_VSOCK = 40;

    /// <summary>CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET of clone(2).</summary>
    private const ulong CloneNewNamespaces = 0x7e02_0000;

    private const ulong PER_LINUX32 = 0x8;
    private const ulong UNAME26 = 0x2_0000;
    private const ulong AskForPersonality = 0xffff_ffff;

    /// <summary>The profile.</summary>
    public static SeccompProfile Profile { get; } =
        new()
        {
            DefaultAction = Refuse,
            DefaultErrnoRet = EPERM,
            SubArchitectures = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
            {
                ["SCMP_ARCH_X86_64"] = ["SCMP_ARCH_X86"],
                ["SCMP_ARCH_AARCH64"] = ["SCMP_ARCH_ARM"],
                ["SCMP_ARCH_MIPS64"] = ["SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64N32"],
                ["SCMP_ARCH_MIPS64N32"] = ["SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64"],
                ["SCMP_ARCH_MIPSEL64"] = ["SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64N32"],
                ["SCMP_ARCH_MIPSEL64N32"] = ["SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64"],
                ["SCMP_ARCH_S390X"] = ["SCMP_ARCH_S390"],
                ["SCMP_ARCH_RISCV64"] = [],
                ["SCMP_ARCH_LOONGARCH64"] = [],
            },
            Rules =
            [
                Rule(OrdinaryCalls),
                Rule("socketcall", Refuse, ENOSYS),
                Rule("open_tree_attr file_getattr file_setattr listns rseq_slice_yield fchroot", Refuse, ENOSYS),
                // Before Linux 4.8 ptrace could change a call after the filter had seen it.
                Rule("process_vm_readv process_vm_writev ptrace") with
                {
                    Includes = new() { MinimumKernel = new KernelVersion(4, 8) },
                },
                // The kernel's cryptography (AF_ALG) is attack surface, and AF_VSOCK talks to the hypervisor past every network namespace.
                Rule("socket", Is(0, "SCMP_CMP_LT", AF_ALG)),
                Rule("socket", Is(0, "SCMP_CMP_EQ", AF_NFC)),
                Rule("socket", Is(0, "SCMP_CMP_GT", AF_VSOCK)),
                Rule("personality", Is(0, "SCMP_CMP_EQ", 0)),
                Rule("personality", Is(0, "SCMP_CMP_EQ", PER_LINUX32)),
                Rule("personality", Is(0, "SCMP_CMP_EQ", UNAME26)),
                Rule("personality", Is(0, "SCMP_CMP_EQ", UNAME26 | PER_LINUX32)),
                Rule("personality", Is(0, "SCMP_CMP_EQ", AskForPersonality)),
                .. RulesOfArchitectures,
                .. RulesOfCapabilities,
                // A new user namespace would open the calls of CAP_SYS_ADMIN to everybody.
                Rule("clone", Is(0, "SCMP_CMP_MASKED_EQ", CloneNewNamespaces)) with
                {
                    Excludes = new() { Capabilities = ["CAP_SYS_ADMIN"], Architectures = ["s390", "s390x"] },
                },
                Rule("clone", Is(1, "SCMP_CMP_MASKED_EQ", CloneNewNamespaces)) with
                {
                    Includes = new() { Architectures = ["s390", "s390x"] },
                    Excludes = new() { Capabilities = ["CAP_SYS_ADMIN"] },
                },
                // Its flags lie behind a pointer; with ENOSYS a libc takes clone.
                Rule("clone3", Refuse, ENOSYS) with
                {
                    Excludes = new() { Capabilities = ["CAP_SYS_ADMIN"] },
                },
            ],
        };

    private static SeccompProfileRule[] RulesOfArchitectures =>
        [
            ForArchitectures("ppc64le", "sync_file_range2 swapcontext"),
            ForArchitectures("arm arm64", "arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls"),
            ForArchitectures("amd64 x32", "arch_prctl"),
            ForArchitectures("amd64 x32 x86", "modify_ldt"),
            ForArchitectures("s390 s390x", "s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr"),
            ForArchitectures("riscv64", "riscv_flush_icache"),
        ];

    private static SeccompProfileRule[] RulesOfCapabilities =>
        [
            ForCapability("CAP_DAC_READ_SEARCH", "open_by_handle_at"),
            ForCapability(
                "CAP_SYS_ADMIN",
                """
                bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr lsm_list_modules lsm_set_self_attr
                mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname setns syslog umount umount2
                unshare
                """
            ),
            ForCapability("CAP_SYS_BOOT", "reboot"),
            ForCapability("CAP_SYS_CHROOT", "chroot"),
            ForCapability("CAP_SYS_MODULE", "delete_module init_module finit_module"),
            ForCapability("CAP_SYS_PACCT", "acct"),
            ForCapability("CAP_SYS_PTRACE", "kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace"),
            ForCapability("CAP_SYS_RAWIO", "iopl ioperm"),
            ForCapability("CAP_SYS_TIME", "settimeofday stime clock_settime clock_settime64"),
            ForCapability("CAP_SYS_TTY_CONFIG", "vhangup"),
            ForCapability("CAP_SYS_NICE", "get_mempolicy mbind set_mempolicy set_mempolicy_home_node"),
            ForCapability("CAP_SYSLOG", "syslog"),
            ForCapability("CAP_BPF", "bpf"),
            ForCapability("CAP_PERFMON", "perf_event_open"),
        ];

    private static SeccompProfileRule Rule(string names) => Rule(names, Allow, null);

    private static SeccompProfileRule Rule(string names, string action, uint? errno) =>
        new()
        {
            Syscall = new LinuxSyscall
            {
                Names = Words(names),
                Action = action,
                ErrnoRet = errno,
            },
        };

    private static SeccompProfileRule Rule(string name, LinuxSeccompArg condition) =>
        new()
        {
            Syscall = new LinuxSyscall
            {
                Names = [name],
                Action = Allow,
                Args = [condition],
            },
        };

    private static SeccompProfileRule ForArchitectures(string architectures, string names) =>
        Rule(names) with
        {
            Includes = new() { Architectures = Words(architectures) },
        };

    private static SeccompProfileRule ForCapability(string capability, string names) =>
        Rule(names) with
        {
            Includes = new() { Capabilities = [capability] },
        };

    private static LinuxSeccompArg Is(uint argument, string comparison, ulong value) =>
        new()
        {
            Index = argument,
            Op = comparison,
            Value = value,
        };

    private static string[] Words(string text) => text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}

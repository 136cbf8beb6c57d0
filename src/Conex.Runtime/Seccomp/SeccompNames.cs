namespace Conex.Runtime.Seccomp;

/// <summary>The words of runtime-spec config-linux.md, "Seccomp", that this runtime takes: what <c>conex-runtime features</c> reports.</summary>
public static class SeccompNames
{
    /// <summary>The actions.</summary>
    public static IReadOnlyList<string> Actions =>
        [
            "SCMP_ACT_KILL",
            "SCMP_ACT_KILL_PROCESS",
            "SCMP_ACT_KILL_THREAD",
            "SCMP_ACT_TRAP",
            "SCMP_ACT_ERRNO",
            "SCMP_ACT_TRACE",
            "SCMP_ACT_NOTIFY",
            "SCMP_ACT_LOG",
            "SCMP_ACT_ALLOW",
        ];

    /// <summary>The comparisons of arguments.</summary>
    public static IReadOnlyList<string> Operators =>
        ["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"];

    /// <summary>The architectures whose calls can be allowed.</summary>
    public static IReadOnlyList<string> Architectures => ["SCMP_ARCH_X86", "SCMP_ARCH_X86_64"];

    /// <summary>The flags that are understood.</summary>
    public static IReadOnlyList<string> Flags =>
        [
            "SECCOMP_FILTER_FLAG_TSYNC",
            "SECCOMP_FILTER_FLAG_LOG",
            "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
        ];

    /// <summary>Whether the specification names this architecture; those of other machines have no effect here.</summary>
    internal static bool IsArchitecture(string name) =>
        name
            is "SCMP_ARCH_X86"
                or "SCMP_ARCH_X86_64"
                or "SCMP_ARCH_X32"
                or "SCMP_ARCH_ARM"
                or "SCMP_ARCH_AARCH64"
                or "SCMP_ARCH_MIPS"
                or "SCMP_ARCH_MIPS64"
                or "SCMP_ARCH_MIPS64N32"
                or "SCMP_ARCH_MIPSEL"
                or "SCMP_ARCH_MIPSEL64"
                or "SCMP_ARCH_MIPSEL64N32"
                or "SCMP_ARCH_PPC"
                or "SCMP_ARCH_PPC64"
                or "SCMP_ARCH_PPC64LE"
                or "SCMP_ARCH_S390"
                or "SCMP_ARCH_S390X"
                or "SCMP_ARCH_PARISC"
                or "SCMP_ARCH_PARISC64"
                or "SCMP_ARCH_RISCV64"
                or "SCMP_ARCH_LOONGARCH64"
                or "SCMP_ARCH_M68K"
                or "SCMP_ARCH_SH"
                or "SCMP_ARCH_SHEB";
}

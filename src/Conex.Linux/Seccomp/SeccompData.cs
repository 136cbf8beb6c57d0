namespace Conex.Linux.Seccomp;

/// <summary>Offsets in struct seccomp_data of linux/seccomp.h, and the AUDIT_ARCH_* values of linux/audit.h.</summary>
internal static class SeccompData
{
    internal const uint Number = 0;
    internal const uint Architecture = 4;

    internal const uint AuditArchX86_64 = 0xc000_003e;
    internal const uint AuditArchI386 = 0x4000_0003;

    /// <summary>__X32_SYSCALL_BIT: x32 calls come as x86_64 with numbers from here on.</summary>
    internal const uint X32Bit = 0x4000_0000;

    internal static uint LowWord(int argument) => 16 + (8 * (uint)argument);

    internal static uint HighWord(int argument) => LowWord(argument) + 4;
}

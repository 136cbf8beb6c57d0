namespace Conex.Linux.Seccomp;

/// <summary>The arguments of x86_64 calls that filters look at and that the kernel takes as <c>int</c>, ignoring the register's upper half.</summary>
/// <remarks>Source: the SYSCALL_DEFINE lines of the kernel. An argument that is missing here is compared with all 64 bits.</remarks>
internal static class IntArguments
{
    internal static bool Contains(int number, int argument) => ((Mask(number) >> argument) & 1) != 0;

    /// <summary>One bit for each argument, the first one lowest.</summary>
    private static int Mask(int number) =>
        number switch
        {
            2 => 0b_000_010, // open: flags
            16 => 0b_000_011, // ioctl: fd, command
            41 => 0b_000_111, // socket: family, type, protocol
            53 => 0b_000_111, // socketpair: family, type, protocol
            54 => 0b_000_111, // setsockopt: fd, level, option
            55 => 0b_000_111, // getsockopt: fd, level, option
            72 => 0b_000_011, // fcntl: fd, command
            135 => 0b_000_001, // personality
            157 => 0b_000_001, // prctl: option
            250 => 0b_000_001, // keyctl: option
            257 => 0b_000_101, // openat: directory, flags
            308 => 0b_000_011, // setns: fd, type
            317 => 0b_000_011, // seccomp: operation, flags
            321 => 0b_000_001, // bpf: command
            _ => 0,
        };
}

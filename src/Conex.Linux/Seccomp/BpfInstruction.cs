namespace Conex.Linux.Seccomp;

/// <summary>One struct sock_filter of linux/filter.h; a program of them is what seccomp(2) takes.</summary>
internal readonly record struct BpfInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Operand)
{
    /// <summary>Bytes of one instruction.</summary>
    internal const int Size = 8;

    /// <summary>BPF_MAXINSNS: the kernel takes no longer program.</summary>
    internal const int MaximumCount = 4096;

    internal const ushort LoadWord = 0x20; // BPF_LD | BPF_W | BPF_ABS
    internal const ushort And = 0x54; // BPF_ALU | BPF_AND | BPF_K
    internal const ushort Jump = 0x05; // BPF_JMP | BPF_JA
    internal const ushort JumpEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    internal const ushort JumpGreater = 0x25; // BPF_JMP | BPF_JGT | BPF_K
    internal const ushort JumpGreaterOrEqual = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    internal const ushort Return = 0x06; // BPF_RET | BPF_K
}

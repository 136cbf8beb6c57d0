using System.Runtime.InteropServices;

namespace Conex.Linux.Cgroups.Devices;

/// <summary>One instruction of the kernel's extended BPF (Documentation/bpf/standardization/instruction-set.rst).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfInstruction
{
    /// <summary>Class, source and operation.</summary>
    public byte Code { get; init; }

    /// <summary>The destination register in the low four bits, the source register in the high ones.</summary>
    public byte Registers { get; init; }

    /// <summary>For jumps: the number of instructions to skip; for loads: bytes from the source register.</summary>
    public short Offset { get; init; }

    /// <summary>The constant operand.</summary>
    public int Immediate { get; init; }
}

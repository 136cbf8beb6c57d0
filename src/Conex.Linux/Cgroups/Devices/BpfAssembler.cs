namespace Conex.Linux.Cgroups.Devices;

/// <summary>Writes the few instructions that a device program needs. All arithmetic is on 32 bits.</summary>
internal sealed class BpfAssembler
{
    internal const byte LoadWord = 0x61; // BPF_LDX | BPF_MEM | BPF_W
    internal const byte MoveConstant = 0xb4; // BPF_ALU | BPF_MOV | BPF_K
    internal const byte MoveRegister = 0xbc; // BPF_ALU | BPF_MOV | BPF_X
    internal const byte AndConstant = 0x54; // BPF_ALU | BPF_AND | BPF_K
    internal const byte ShiftRight = 0x74; // BPF_ALU | BPF_RSH | BPF_K
    internal const byte JumpIfEqual = 0x16; // BPF_JMP32 | BPF_JEQ | BPF_K
    internal const byte JumpUnlessEqual = 0x56; // BPF_JMP32 | BPF_JNE | BPF_K
    internal const byte Exit = 0x95; // BPF_JMP | BPF_EXIT

    private readonly List<BpfInstruction> program = [];
    private readonly List<int> open = [];

    internal void Add(byte code, int destination, int source = 0, int constant = 0, int offset = 0) =>
        program.Add(
            new BpfInstruction
            {
                Code = code,
                Registers = (byte)(destination | (source << 4)),
                Offset = (short)offset,
                Immediate = constant,
            }
        );

    /// <summary>A jump to wherever <see cref="Land"/> is called next.</summary>
    internal void Jump(byte code, int register, int constant)
    {
        open.Add(program.Count);
        Add(code, register, constant: constant);
    }

    /// <summary>Makes all open jumps end here.</summary>
    internal void Land()
    {
        foreach (int index in open)
        {
            program[index] = program[index] with { Offset = (short)(program.Count - index - 1) };
        }
        open.Clear();
    }

    internal void Return(bool value)
    {
        Add(MoveConstant, destination: 0, constant: value ? 1 : 0);
        Add(Exit, destination: 0);
    }

    internal BpfInstruction[] Finish() => [.. program];
}

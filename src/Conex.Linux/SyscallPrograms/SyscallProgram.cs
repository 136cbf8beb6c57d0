using System.Runtime.InteropServices;

namespace Conex.Linux.SyscallPrograms;

/// <summary>System calls as data: what a new process does between clone3(2) and execve(2). Immutable; printed by
/// <c>SyscallProgramListing</c>, carried out by <see cref="SyscallInterpreter"/>.</summary>
public sealed class SyscallProgram
{
    private const ulong CLONE_VM = 0x100;
    private readonly List<Instruction> instructions;

    internal SyscallProgram(
        ulong cloneFlags,
        List<Instruction> instructions,
        string[] labels,
        string?[] registers,
        (int At, int Target)[] relocations,
        ReadOnlyMemory<byte> data
    )
    {
        CloneFlags = cloneFlags;
        this.instructions = instructions;
        Labels = labels;
        Registers = registers;
        Relocations = relocations;
        Data = data;
    }

    /// <summary>CLONE_* flags of the child.</summary>
    public ulong CloneFlags { get; }

    /// <summary>Whether the child runs in its starter's memory until it executes another program (CLONE_VM), instead of in a copy.</summary>
    public bool SharesMemory => (CloneFlags & CLONE_VM) != 0;

    /// <summary>How many instructions there are.</summary>
    public int Count => Instructions.Length;

    internal ReadOnlySpan<Instruction> Instructions => CollectionsMarshal.AsSpan(instructions);

    internal string[] Labels { get; }

    internal string?[] Registers { get; }

    internal (int At, int Target)[] Relocations { get; }

    internal ReadOnlyMemory<byte> Data { get; }

    /// <summary>The steps from an instruction on: with which instruction each begins, and what it is for.</summary>
    public IEnumerable<(int First, string Label)> Steps(int from)
    {
        int label = -1;
        for (int i = from; i < Instructions.Length; i++)
        {
            if (Instructions[i].Label != label)
            {
                label = Instructions[i].Label;
                yield return (i, Labels[label]);
            }
        }
    }

    /// <summary>The name of the call that an instruction makes.</summary>
    public string CallName(int instruction) =>
        (uint)instruction < (uint)Instructions.Length ? CallNames.Of(Instructions[instruction].Number).Name : "";

    /// <summary>What an instruction is for, as it was named by <see cref="SyscallProgramBuilder.Step"/>.</summary>
    public string Label(int instruction) =>
        (uint)instruction < (uint)Instructions.Length && Instructions[instruction].Label >= 0
            ? Labels[Instructions[instruction].Label]
            : "start the container's process";
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Conex.Linux.Seccomp.SyscallTables;

namespace Conex.Linux.Seccomp;

/// <summary>Writes a filter as text: <c>  7  jge  #56 clone            ? 12 : 8</c>. Targets are instruction numbers.</summary>
internal static class BpfListing
{
    /// <param name="image">The program.</param>
    /// <param name="i386Count">How many instructions at its end are for i386.</param>
    internal static string Write(ReadOnlySpan<byte> image, int i386Count)
    {
        int count = image.Length / BpfInstruction.Size;
        StringBuilder text = new(count * 32);
        // What the accumulator holds is known along every jump; all ways to an instruction that uses it agree.
        uint[] loadedAt = new uint[count];
        for (int i = 0; i < count; i++)
        {
            BpfInstruction instruction = Instruction(image, i);
            uint loaded = instruction.Code == BpfInstruction.LoadWord ? instruction.Operand : loadedAt[i];
            foreach (int next in (ReadOnlySpan<int>)[Next(instruction, i, taken: true), Next(instruction, i, taken: false)])
            {
                loadedAt[next] = loaded;
            }
            SeccompArchitecture architecture = i < count - i386Count ? SeccompArchitecture.X86_64 : SeccompArchitecture.I386;
            text.Append(CultureInfo.InvariantCulture, $"{i, 4}  {Line(instruction, i, loaded, architecture)}").Append('\n');
        }
        return text.ToString();
    }

    private static BpfInstruction Instruction(ReadOnlySpan<byte> image, int index)
    {
        ReadOnlySpan<byte> bytes = image.Slice(index * BpfInstruction.Size, BpfInstruction.Size);
        uint operand = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return new BpfInstruction(BinaryPrimitives.ReadUInt16LittleEndian(bytes), bytes[2], bytes[3], operand);
    }

    private static int Next(BpfInstruction instruction, int at, bool taken) =>
        instruction.Code switch
        {
            BpfInstruction.Jump => at + 1 + (int)instruction.Operand,
            // Nothing follows a return; the entry, which nothing jumps to, takes the value.
            BpfInstruction.Return => 0,
            _ => at + 1 + (taken ? instruction.JumpTrue : instruction.JumpFalse),
        };

    private static string Line(BpfInstruction instruction, int at, uint loaded, SeccompArchitecture architecture) =>
        instruction.Code switch
        {
            BpfInstruction.LoadWord => $"ld   {Field(instruction.Operand)}",
            BpfInstruction.And => $"and  0x{instruction.Operand:x}",
            BpfInstruction.Jump => $"ja   {at + 1 + instruction.Operand}",
            BpfInstruction.JumpEqual => Branch("jeq", instruction, at, loaded, architecture),
            BpfInstruction.JumpGreater => Branch("jgt", instruction, at, loaded, architecture),
            BpfInstruction.JumpGreaterOrEqual => Branch("jge", instruction, at, loaded, architecture),
            _ => $"ret  {SeccompAction.FromReturnValue(instruction.Operand)}",
        };

    private static string Branch(string name, BpfInstruction instruction, int at, uint loaded, SeccompArchitecture architecture) =>
        $"{name}  {Operand(instruction.Operand, loaded, architecture), -28} ? {Next(instruction, at, taken: true)} : {Next(instruction, at, taken: false)}";

    private static string Operand(uint operand, uint loaded, SeccompArchitecture architecture) =>
        loaded switch
        {
            SeccompData.Number => $"#{operand} {SyscallTable.GetName(architecture, operand)}".TrimEnd(),
            SeccompData.Architecture when operand == SeccompData.AuditArchX86_64 => "x86_64",
            SeccompData.Architecture when operand == SeccompData.AuditArchI386 => "i386",
            _ => $"0x{operand:x}",
        };

    private static string Field(uint offset) =>
        offset switch
        {
            SeccompData.Number => "number",
            SeccompData.Architecture => "architecture",
            _ => $"argument {(offset - 16) / 8}{((offset & 4) == 0 ? "" : " high")}",
        };
}

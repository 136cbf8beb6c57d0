using Conex.Linux.Cgroups.Devices;

namespace Conex.Linux.Tests.Cgroups.Devices;

/// <summary>Runs the instructions that device programs use, by the kernel's instruction-set.rst.</summary>
internal static class BpfInterpreter
{
    internal static bool Run(IReadOnlyList<BpfInstruction> program, DeviceKind kind, uint major, uint minor, DeviceAccess access)
    {
        uint[] context = [(uint)kind | ((uint)access << 16), major, minor];
        uint[] registers = new uint[11];
        for (int at = 0; at < program.Count; at++)
        {
            BpfInstruction instruction = program[at];
            int destination = instruction.Registers & 15;
            int source = instruction.Registers >> 4;
            uint constant = (uint)instruction.Immediate;
            switch (instruction.Code)
            {
                case 0x61:
                    Assert.Equal(1, source);
                    registers[destination] = context[instruction.Offset / 4];
                    break;
                case 0xb4:
                    registers[destination] = constant;
                    break;
                case 0xbc:
                    registers[destination] = registers[source];
                    break;
                case 0x54:
                    registers[destination] &= constant;
                    break;
                case 0x74:
                    registers[destination] >>= (int)constant;
                    break;
                case 0x16:
                    at += registers[destination] == constant ? instruction.Offset : 0;
                    break;
                case 0x56:
                    at += registers[destination] != constant ? instruction.Offset : 0;
                    break;
                case 0x95:
                    return registers[0] == 1;
                default:
                    Assert.Fail($"instruction {instruction.Code:x2} at {at} is unknown");
                    break;
            }
        }
        throw new InvalidOperationException("the program runs past its end");
    }
}

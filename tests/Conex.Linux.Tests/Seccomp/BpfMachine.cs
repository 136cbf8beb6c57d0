using System.Buffers.Binary;

namespace Conex.Linux.Tests.Seccomp;

/// <summary>Runs a filter as the kernel does: the instructions of classic BPF that seccomp takes, on one struct seccomp_data.</summary>
internal sealed class BpfMachine
{
    private readonly (ushort Code, byte True, byte False, uint Operand)[] _program;

    internal BpfMachine(ReadOnlySpan<byte> image)
    {
        Assert.Equal(0, image.Length % 8);
        _program = new (ushort, byte, byte, uint)[image.Length / 8];
        for (int i = 0; i < _program.Length; i++)
        {
            ReadOnlySpan<byte> bytes = image.Slice(i * 8, 8);
            _program[i] = (
                BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                bytes[2],
                bytes[3],
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..])
            );
        }
    }

    /// <summary>The checks of bpf_check_classic and seccomp_check_filter: the kernel refuses a program that fails one.</summary>
    internal void Verify()
    {
        Assert.InRange(_program.Length, 1, 4096);
        for (int i = 0; i < _program.Length; i++)
        {
            (ushort code, byte whenTrue, byte whenFalse, uint operand) = _program[i];
            switch (code)
            {
                case 0x20:
                    Assert.True(operand < 64 && operand % 4 == 0, $"instruction {i} loads from {operand}");
                    break;
                case 0x05:
                    Assert.True(operand < _program.Length - i - 1, $"instruction {i} jumps out of the program");
                    break;
                case 0x15 or 0x25 or 0x35:
                    Assert.True(Math.Max(whenTrue, whenFalse) < _program.Length - i - 1, $"instruction {i} jumps out of the program");
                    break;
                case 0x54 or 0x06:
                    break;
                default:
                    Assert.Fail($"instruction {i} has code 0x{code:x}, which the compiler never writes");
                    break;
            }
        }
        Assert.Equal(0x06, _program[^1].Code);
    }

    /// <summary>The filter's answer to a call.</summary>
    internal uint Run(uint auditArchitecture, uint number, ulong[] arguments)
    {
        uint accumulator = 0;
        for (int at = 0; ; at++)
        {
            (ushort code, byte whenTrue, byte whenFalse, uint operand) = _program[at];
            switch (code)
            {
                case 0x20:
                    accumulator = operand switch
                    {
                        0 => number,
                        4 => auditArchitecture,
                        _ => (uint)(arguments[(operand - 16) / 8] >> ((operand & 4) == 0 ? 0 : 32)),
                    };
                    break;
                case 0x54:
                    accumulator &= operand;
                    break;
                case 0x05:
                    at += (int)operand;
                    break;
                case 0x15:
                    at += accumulator == operand ? whenTrue : whenFalse;
                    break;
                case 0x25:
                    at += accumulator > operand ? whenTrue : whenFalse;
                    break;
                case 0x35:
                    at += accumulator >= operand ? whenTrue : whenFalse;
                    break;
                default:
                    return operand;
            }
        }
    }
}

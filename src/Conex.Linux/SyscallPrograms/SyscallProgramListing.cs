using System.Buffers.Binary;
using System.Text;
using Conex.Linux.Errors;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Prints a program the way strace would: a comment for each step, one line for each call. Two programs that do the same
/// print the same, on every machine.</summary>
public sealed class SyscallProgramListing
{
    private readonly SyscallProgram program;
    private readonly StringBuilder text = new();
    private readonly Dictionary<int, int> pointers;

    private SyscallProgramListing(SyscallProgram program)
    {
        this.program = program;
        pointers = new Dictionary<int, int>(program.Relocations.Length);
        foreach ((int at, int target) in program.Relocations)
        {
            pointers[at] = target;
        }
    }

    /// <summary>The listing, lines ended by \n.</summary>
    public static string Print(SyscallProgram program) => new SyscallProgramListing(program).Print();

    private string Print()
    {
        text.Append("clone3({flags=")
            .Append(FlagNames.CloneFlags(program.CloneFlags))
            .Append("|CLONE_PIDFD|CLONE_CLEAR_SIGHAND, exit_signal=SIGCHLD})\n");
        int label = -1;
        for (int i = 0; i < program.Instructions.Length; i++)
        {
            ref readonly Instruction instruction = ref program.Instructions[i];
            if (instruction.Label != label)
            {
                label = instruction.Label;
                text.Append("# ").Append(program.Labels[label]).Append('\n');
            }
            Line(instruction);
        }
        return text.ToString();
    }

    private void Line(in Instruction instruction)
    {
        text.Append("  ");
        switch (instruction.Condition)
        {
            case Condition.Succeeded:
                text.Append("if ").Append(Name(instruction.GuardRegister)).Append(" >= 0: ");
                break;
            case Condition.Failed:
                text.Append("if ").Append(Name(instruction.GuardRegister)).Append(" < 0: ");
                break;
            case Condition.FailedWith:
                text.Append("if ")
                    .Append(Name(instruction.GuardRegister))
                    .Append(" == -")
                    .Append((Errno)(-instruction.GuardValue))
                    .Append(": ");
                break;
            case Condition.Zero:
                text.Append("if ").Append(Name(instruction.GuardRegister)).Append(" == 0: ");
                break;
            case Condition.Positive:
                text.Append("if ").Append(Name(instruction.GuardRegister)).Append(" > 0: ");
                break;
        }
        if (instruction.ResultRegister >= 0)
        {
            text.Append(Name(instruction.ResultRegister)).Append(" = ");
        }
        (string name, string arguments) = CallNames.Of(instruction.Number);
        text.Append(name).Append('(');
        for (int i = 0; i < arguments.Length; i++)
        {
            text.Append(i > 0 ? ", " : "");
            Argument(instruction, i, arguments[i]);
        }
        text.Append(')');
        if (instruction.Expected >= 0)
        {
            text.Append(" = ").Append(instruction.Expected);
        }
        if (instruction.Allowed0 == byte.MaxValue)
        {
            text.Append(" or any error");
        }
        else
        {
            Allowed(instruction.Allowed0);
            Allowed(instruction.Allowed1);
            Allowed(instruction.Allowed2);
            Allowed(instruction.Allowed3);
        }
        text.Append('\n');
    }

    private void Allowed(byte error)
    {
        if (error != 0)
        {
            text.Append(" or ").Append((Errno)error);
        }
    }

    private void Argument(in Instruction instruction, int index, char kind)
    {
        long value = instruction[index];
        if ((instruction.RegisterMask & (1 << index)) != 0)
        {
            text.Append(Name((int)value));
            return;
        }
        if ((instruction.PointerMask & (1 << index)) != 0)
        {
            Pointer((int)value, kind);
            return;
        }
        _ = kind switch
        {
            'd' => text.Append(value == FileCalls.WorkingDirectory ? "AT_FDCWD" : value.ToString()),
            'o' => text.Append('0').Append(Convert.ToString(value, 8)),
            'x' => text.Append(value == 0 ? "0" : $"0x{value:x}"),
            'O' => text.Append(FlagNames.TreeFlags((ulong)value)),
            'M' => text.Append(FlagNames.MoveFlags((ulong)value)),
            'A' => text.Append(FlagNames.AtFlags((ulong)value)),
            'm' => text.Append(FlagNames.MountFlags((ulong)value)),
            'c' => text.Append(FlagNames.CloneFlags((ulong)value)),
            'P' => text.Append(FlagNames.Prctl((ulong)value)),
            'F' => text.Append(FlagNames.FsConfig((ulong)value)),
            'i' => text.Append(FlagNames.Ioctl((ulong)value)),
            'q' => text.Append(FlagNames.CloneFlagsWithSignal((ulong)value)),
            'E' => text.Append((Errno)value),
            'r' => text.Append(Name((int)value)),
            's' or 'p' or 'v' or 'l' or 'f' or 't' => text.Append(value == 0 ? "NULL" : value.ToString()),
            _ => text.Append(value),
        };
    }

    private void Pointer(int at, char kind)
    {
        switch (kind)
        {
            case 's':
                Quote(at);
                break;
            case 'h':
                text.Append("{flags=")
                    .Append(FlagNames.OpenFlags(Word(at)))
                    .Append(", resolve=")
                    .Append(FlagNames.ResolveFlags(Word(at + 16)))
                    .Append('}');
                break;
            case 'a':
                MountAttributes(at);
                break;
            case 'v':
                Vector(at);
                break;
            case 'l':
                text.Append('{').Append(Limit(Word(at))).Append(", ").Append(Limit(Word(at + 8))).Append('}');
                break;
            case 'f':
                text.Append('{').Append(Word(at)).Append(" instructions}");
                break;
            case 't':
                text.Append('{').Append(Word(at)).Append(" s}");
                break;
            case 'L':
                text.Append($"{{fs=0x{Word(at):x}, net=0x{Word(at + 8):x}, scoped=0x{Word(at + 16):x}}}");
                break;
            case 'R':
                text.Append($"{{allowed=0x{Word(at):x}}}");
                break;
            case 'z':
                text.Append("{flags=").Append(FlagNames.CloneFlags(Word(at))).Append('}');
                break;
            default:
                text.Append("&data");
                break;
        }
    }

    private void MountAttributes(int at)
    {
        text.Append("{set=").Append(FlagNames.MountFlags(Word(at)));
        if (Word(at + 8) != 0)
        {
            text.Append(", clear=").Append(FlagNames.MountFlags(Word(at + 8)));
        }
        if (Word(at + 16) != 0)
        {
            text.Append(", propagation=").Append(FlagNames.PropagationFlags(Word(at + 16)));
        }
        text.Append('}');
    }

    private void Vector(int at)
    {
        text.Append('[');
        for (int i = 0; pointers.TryGetValue(at + (i * 8), out int target); i++)
        {
            text.Append(i > 0 ? ", " : "");
            Quote(target);
        }
        text.Append(']');
    }

    private void Quote(int at)
    {
        ReadOnlySpan<byte> bytes = program.Data.Span[at..];
        bytes = bytes[..bytes.IndexOf((byte)0)];
        text.Append('"');
        foreach (char c in Encoding.UTF8.GetString(bytes))
        {
            _ = c switch
            {
                '\n' => text.Append("\\n"),
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                < ' ' => text.Append($"\\x{(int)c:x2}"),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }

    private string Name(int register) => program.Registers[register] ?? $"r{register}";

    private ulong Word(int at) => BinaryPrimitives.ReadUInt64LittleEndian(program.Data.Span[at..]);

    private static string Limit(ulong value) => value == ulong.MaxValue ? "RLIM_INFINITY" : value.ToString();
}

using System.Buffers.Binary;
using System.Text;
using Conex.Linux.Errors;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Collects the calls and the bytes of a <see cref="SyscallProgram"/>. The calls themselves are the extension methods of
/// <see cref="FileCalls"/>, <see cref="MountCalls"/> and <see cref="ProcessCalls"/>.</summary>
public sealed class SyscallProgramBuilder
{
    private readonly List<Instruction> instructions = new(448);
    private readonly List<string> labels = [];
    private readonly List<string?> registers = [];
    private readonly List<(int At, int Target)> relocations = [];
    private readonly Dictionary<string, Datum> texts = new(StringComparer.Ordinal);
    private byte[] data = new byte[16384];
    private int length;
    private Guard guard;

    /// <summary>The registers that hold nothing of interest share this one.</summary>
    private const int Ignored = -1;

    /// <summary>A thousand times what an ordinary container has.</summary>
    private const int MostData = 64 << 20;

    /// <summary>How many instructions there are so far.</summary>
    public int Count => instructions.Count;

    /// <summary>Names what the next instructions are for; a failure is reported under it: <c>mount proc on /proc</c>.</summary>
    public void Step(string label) => labels.Add(label);

    /// <summary>A register with a name; the starter of the program may give it a value.</summary>
    /// <exception cref="FormatException">There are more than an instruction can name.</exception>
    public Register Register(string? name = null)
    {
        if (registers.Count == short.MaxValue)
        {
            throw new FormatException(
                $"more than {short.MaxValue} results to remember between two system calls: leave some of the work out"
            );
        }
        registers.Add(name);
        return new Register(registers.Count - 1);
    }

    /// <summary>Instructions added until the returned value is disposed are carried out only under <paramref name="condition"/>. Not nested.</summary>
    public GuardScope When(Guard condition)
    {
        if (guard.Condition != Condition.Always)
        {
            throw new InvalidOperationException("guards are not nested");
        }
        guard = condition;
        return new GuardScope(this);
    }

    /// <summary>Prepared bytes, 8-byte aligned; calls may also write to them.</summary>
    public Datum Bytes(ReadOnlySpan<byte> bytes)
    {
        Datum datum = Cell(bytes.Length);
        bytes.CopyTo(data.AsSpan(datum.Offset));
        return datum;
    }

    /// <summary>Prepared 64-bit words in the machine's order.</summary>
    public Datum Words(params ReadOnlySpan<ulong> words)
    {
        Datum datum = Cell(words.Length * 8);
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(datum.Offset + (i * 8)), words[i]);
        }
        return datum;
    }

    /// <summary>Zeroed memory.</summary>
    /// <exception cref="FormatException">It would be more than any process needs to begin.</exception>
    public Datum Cell(int size)
    {
        int at = length;
        if (size > MostData - length)
        {
            throw new FormatException($"more than {MostData >> 20} MB of text for the system calls of one process: leave some of it out");
        }
        length = (length + size + 7) & ~7;
        if (length > data.Length)
        {
            Array.Resize(ref data, Math.Max(length, data.Length * 2));
        }
        return new Datum(at);
    }

    /// <summary>A NUL-terminated UTF-8 string; equal strings share their bytes.</summary>
    /// <exception cref="FormatException">The text contains a NUL, which would cut it short.</exception>
    public Datum Text(string text)
    {
        if (texts.TryGetValue(text, out Datum known))
        {
            return known;
        }
        if (text.Contains('\0'))
        {
            throw new FormatException($"\"{text.Replace("\0", "\\0", StringComparison.Ordinal)}\" contains a NUL character");
        }
        Datum datum = Cell(Encoding.UTF8.GetByteCount(text) + 1);
        _ = Encoding.UTF8.GetBytes(text, data.AsSpan(datum.Offset));
        texts.Add(text, datum);
        return datum;
    }

    /// <summary>A NULL-terminated array of strings, as execve(2) takes.</summary>
    public Datum Texts(IReadOnlyList<string> list)
    {
        Datum array = Cell((list.Count + 1) * 8);
        for (int i = 0; i < list.Count; i++)
        {
            Point(array.At(i * 8), Text(list[i]));
        }
        return array;
    }

    /// <summary>Puts the address of <paramref name="target"/> into the 8 bytes at <paramref name="at"/>.</summary>
    public void Point(Datum at, Datum target) => relocations.Add((at.Offset, target.Offset));

    /// <summary>Adds a call and returns the register of its result.</summary>
    internal Register Call(
        int number,
        CallRules rules,
        Argument a0 = default,
        Argument a1 = default,
        Argument a2 = default,
        Argument a3 = default,
        Argument a4 = default,
        Argument a5 = default
    )
    {
        Register result = Register();
        CallInto(result, number, rules, a0, a1, a2, a3, a4, a5);
        return result;
    }

    /// <summary>Adds a call whose result nobody reads.</summary>
    internal void Do(
        int number,
        CallRules rules,
        Argument a0 = default,
        Argument a1 = default,
        Argument a2 = default,
        Argument a3 = default,
        Argument a4 = default,
        Argument a5 = default
    ) => CallInto(new Register(Ignored), number, rules, a0, a1, a2, a3, a4, a5);

    /// <summary>Adds a call whose result goes to <paramref name="result"/>.</summary>
    internal void CallInto(
        Register result,
        int number,
        CallRules rules,
        Argument a0 = default,
        Argument a1 = default,
        Argument a2 = default,
        Argument a3 = default,
        Argument a4 = default,
        Argument a5 = default
    )
    {
        ReadOnlySpan<Errno> allowed = rules.Allowed.Span;
        instructions.Add(
            new Instruction
            {
                Number = number,
                Condition = guard.Condition,
                GuardRegister = (short)guard.Register.Index,
                GuardValue = (short)-(int)guard.Error,
                ResultRegister = (short)result.Index,
                LogRegister = (short)(rules.Log?.Index ?? Ignored),
                ExitCode = (byte)(rules.ExitCode == 0 ? 1 : rules.ExitCode),
                Expected = rules.Expected ?? -1,
                Allowed0 = rules.AllowAll ? byte.MaxValue : Error(allowed, 0),
                Allowed1 = Error(allowed, 1),
                Allowed2 = Error(allowed, 2),
                Allowed3 = Error(allowed, 3),
                Label = labels.Count - 1,
                RegisterMask = Mask(ArgumentKind.Register, a0, a1, a2, a3, a4, a5),
                PointerMask = Mask(ArgumentKind.Pointer, a0, a1, a2, a3, a4, a5),
                A0 = a0.Value,
                A1 = a1.Value,
                A2 = a2.Value,
                A3 = a3.Value,
                A4 = a4.Value,
                A5 = a5.Value,
            }
        );
    }

    /// <summary>The finished program, begun by clone3(2) with <paramref name="cloneFlags"/>.</summary>
    /// <param name="cloneFlags">CLONE_* flags of the child: its new namespaces.</param>
    public SyscallProgram Build(ulong cloneFlags) =>
        new(cloneFlags, instructions, [.. labels], [.. registers], [.. relocations], data.AsMemory(0, length));

    private void EndGuard() => guard = default;

    private static byte Error(ReadOnlySpan<Errno> errors, int index) => index < errors.Length ? (byte)errors[index] : (byte)0;

    private static byte Mask(ArgumentKind kind, Argument a0, Argument a1, Argument a2, Argument a3, Argument a4, Argument a5) =>
        (byte)(
            (a0.Kind == kind ? 1 : 0)
            | (a1.Kind == kind ? 2 : 0)
            | (a2.Kind == kind ? 4 : 0)
            | (a3.Kind == kind ? 8 : 0)
            | (a4.Kind == kind ? 16 : 0)
            | (a5.Kind == kind ? 32 : 0)
        );

    /// <summary>Ends a <see cref="When"/>.</summary>
    public readonly struct GuardScope(SyscallProgramBuilder builder) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => builder.EndGuard();
    }
}

using System.Buffers.Binary;

namespace Conex.Linux.Seccomp;

/// <summary>
/// Writes a filter from its last instruction to its first: classic BPF jumps only forward, so that every target is known when a jump to it is
/// written, and a near one can be shared.
/// </summary>
internal sealed class BpfWriter
{
    /// <summary>A jump spans 255 instructions; the reserve is for those that this jump itself still needs behind it.</summary>
    private const int Reach = 253;

    private BpfInstruction[] _fromEnd = new BpfInstruction[512];
    private readonly (uint Value, int FromEnd)[] _returns = new (uint, int)[8];
    private int _returnCount;

    /// <summary>Instructions written so far, and the name of the newest one.</summary>
    internal int Count { get; private set; }

    /// <summary>The target of the instruction written last.</summary>
    internal BpfTarget Here => BpfTarget.Instruction(Count);

    internal void Load(uint offset) => Add(new BpfInstruction(BpfInstruction.LoadWord, 0, 0, offset));

    internal void And(uint mask) => Add(new BpfInstruction(BpfInstruction.And, 0, 0, mask));

    internal void Return(uint value)
    {
        Add(new BpfInstruction(BpfInstruction.Return, 0, 0, value));
        Remember(value);
    }

    /// <summary>Writes a conditional jump.</summary>
    internal void Branch(ushort code, uint operand, BpfTarget whenTrue, BpfTarget whenFalse)
    {
        int isTrue = WithinReach(whenTrue);
        int isFalse = WithinReach(whenFalse);
        Add(new BpfInstruction(code, (byte)(Count - isTrue), (byte)(Count - isFalse), operand));
    }

    /// <summary>Makes the next instruction to be written fall through to <paramref name="target"/>.</summary>
    internal void Continue(BpfTarget target)
    {
        if (target.IsReturn)
        {
            Return(target.ReturnValue);
        }
        else if (target.FromEnd != Count)
        {
            JumpTo(target.FromEnd);
        }
    }

    /// <summary>The program in the kernel's form.</summary>
    /// <exception cref="FormatException">It is longer than the kernel takes.</exception>
    internal byte[] ToImage()
    {
        if (Count > BpfInstruction.MaximumCount)
        {
            throw new FormatException(
                $"seccomp: the filter has {Count} instructions, the kernel takes at most {BpfInstruction.MaximumCount}; use fewer conditions"
            );
        }
        byte[] image = new byte[Count * BpfInstruction.Size];
        Span<byte> rest = image;
        for (int i = Count - 1; i >= 0; i--)
        {
            BpfInstruction instruction = _fromEnd[i];
            BinaryPrimitives.WriteUInt16LittleEndian(rest, instruction.Code);
            rest[2] = instruction.JumpTrue;
            rest[3] = instruction.JumpFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], instruction.Operand);
            rest = rest[BpfInstruction.Size..];
        }
        return image;
    }

    private int WithinReach(BpfTarget target)
    {
        if (!target.IsReturn)
        {
            if (Count - target.FromEnd > Reach)
            {
                JumpTo(target.FromEnd);
                return Count;
            }
            return target.FromEnd;
        }
        for (int i = 0; i < _returnCount; i++)
        {
            if (_returns[i].Value == target.ReturnValue && Count - _returns[i].FromEnd <= Reach)
            {
                return _returns[i].FromEnd;
            }
        }
        Return(target.ReturnValue);
        return Count;
    }

    private void JumpTo(int fromEnd) => Add(new BpfInstruction(BpfInstruction.Jump, 0, 0, (uint)(Count - fromEnd)));

    /// <summary>Keeps the newest place of each value; with more values than places one is written again where it is needed.</summary>
    private void Remember(uint value)
    {
        int i = 0;
        while (i < _returnCount && _returns[i].Value != value)
        {
            i++;
        }
        if (i == _returns.Length)
        {
            i = Count % _returns.Length;
        }
        else if (i == _returnCount)
        {
            _returnCount++;
        }
        _returns[i] = (value, Count);
    }

    private void Add(BpfInstruction instruction)
    {
        if (Count == _fromEnd.Length)
        {
            Array.Resize(ref _fromEnd, Count * 2);
        }
        _fromEnd[Count++] = instruction;
    }
}

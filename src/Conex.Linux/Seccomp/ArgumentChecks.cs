namespace Conex.Linux.Seccomp;

/// <summary>Writes the part of a filter that looks at a call's arguments. BPF compares 32 bits, so that 64-bit ones take two comparisons.</summary>
internal readonly struct ArgumentChecks(BpfWriter writer, SeccompArchitecture architecture, int number)
{
    /// <summary>Writes the check of one condition and returns its entry, or one of the two targets when the answer is always the same.</summary>
    internal BpfTarget Write(SeccompCondition condition, BpfTarget whenTrue, BpfTarget whenFalse)
    {
        int argument = condition.Argument;
        ulong value = condition.Value;
        return condition.Comparison switch
        {
            SeccompComparison.Equal => Masked(argument, ulong.MaxValue, value, whenTrue, whenFalse),
            SeccompComparison.NotEqual => Masked(argument, ulong.MaxValue, value, whenFalse, whenTrue),
            SeccompComparison.MaskedEqual => Masked(argument, value, condition.ValueTwo & value, whenTrue, whenFalse),
            SeccompComparison.GreaterOrEqual => AtLeast(argument, value, whenTrue, whenFalse),
            SeccompComparison.LessThan => AtLeast(argument, value, whenFalse, whenTrue),
            SeccompComparison.GreaterThan when value == ulong.MaxValue => whenFalse,
            SeccompComparison.GreaterThan => AtLeast(argument, value + 1, whenTrue, whenFalse),
            SeccompComparison.LessOrEqual when value == ulong.MaxValue => whenTrue,
            SeccompComparison.LessOrEqual => AtLeast(argument, value + 1, whenFalse, whenTrue),
            _ => throw new ArgumentOutOfRangeException(nameof(condition), condition.Comparison, "no such comparison"),
        };
    }

    private bool IsInt(int argument) => architecture == SeccompArchitecture.I386 || IntArguments.Contains(number, argument);

    private BpfTarget Masked(int argument, ulong mask, ulong value, BpfTarget whenTrue, BpfTarget whenFalse)
    {
        uint highMask = (uint)(mask >> 32);
        uint highValue = (uint)(value >> 32);
        if (IsInt(argument))
        {
            // The upper half counts as zero, whatever the register holds.
            return highValue != 0 ? whenFalse : MaskedWord(SeccompData.LowWord(argument), (uint)mask, (uint)value, whenTrue, whenFalse);
        }
        BpfTarget low = MaskedWord(SeccompData.LowWord(argument), (uint)mask, (uint)value, whenTrue, whenFalse);
        return MaskedWord(SeccompData.HighWord(argument), highMask, highValue, low, whenFalse);
    }

    private BpfTarget MaskedWord(uint offset, uint mask, uint value, BpfTarget whenTrue, BpfTarget whenFalse)
    {
        if (mask == 0 || whenTrue == whenFalse)
        {
            return whenTrue;
        }
        writer.Branch(BpfInstruction.JumpEqual, value, whenTrue, whenFalse);
        if (mask != uint.MaxValue)
        {
            writer.And(mask);
        }
        writer.Load(offset);
        return writer.Here;
    }

    private BpfTarget AtLeast(int argument, ulong value, BpfTarget whenTrue, BpfTarget whenFalse)
    {
        uint highValue = (uint)(value >> 32);
        if (IsInt(argument))
        {
            return highValue != 0 ? whenFalse : LowWordAtLeast(argument, (uint)value, whenTrue, whenFalse);
        }
        BpfTarget low = LowWordAtLeast(argument, (uint)value, whenTrue, whenFalse);
        if (low == whenFalse || (low == whenTrue && highValue == 0))
        {
            return low;
        }
        if (low == whenTrue)
        {
            writer.Branch(BpfInstruction.JumpGreaterOrEqual, highValue, whenTrue, whenFalse);
        }
        else
        {
            // Above zero there is no "less", and above all ones no "greater".
            writer.Branch(BpfInstruction.JumpEqual, highValue, low, highValue == 0 ? whenTrue : whenFalse);
            if (highValue is not (0 or uint.MaxValue))
            {
                writer.Branch(BpfInstruction.JumpGreater, highValue, whenTrue, writer.Here);
            }
        }
        writer.Load(SeccompData.HighWord(argument));
        return writer.Here;
    }

    private BpfTarget LowWordAtLeast(int argument, uint value, BpfTarget whenTrue, BpfTarget whenFalse)
    {
        if (value == 0 || whenTrue == whenFalse)
        {
            return whenTrue;
        }
        writer.Branch(BpfInstruction.JumpGreaterOrEqual, value, whenTrue, whenFalse);
        writer.Load(SeccompData.LowWord(argument));
        return writer.Here;
    }
}

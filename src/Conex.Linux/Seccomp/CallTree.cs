namespace Conex.Linux.Seccomp;

/// <summary>Writes the tree that finds a system call's number among the ranges of one architecture.</summary>
internal readonly struct CallTree
{
    private readonly BpfWriter _writer;
    private readonly CallDecisions _decisions;
    private readonly SeccompAction _defaultAction;
    private readonly List<CallRange> _ranges;

    internal CallTree(BpfWriter writer, CallDecisions decisions, SeccompAction defaultAction)
    {
        _writer = writer;
        _decisions = decisions;
        _defaultAction = defaultAction;
        _ranges = decisions.Coalesce();
    }

    /// <summary>Writes the tree; its entry expects the number in the accumulator.</summary>
    internal BpfTarget Write() => Write(0, _ranges.Count - 1);

    private BpfTarget Write(int first, int last)
    {
        if (first == last)
        {
            return WriteLeaf(_ranges[first]);
        }
        if (last == first + 2 && IsHole(first + 1))
        {
            // One number between two ranges that are decided alike: one question instead of two.
            BpfTarget hole = WriteLeaf(_ranges[first + 1]);
            _writer.Branch(BpfInstruction.JumpEqual, _ranges[first + 1].First, hole, WriteLeaf(_ranges[first]));
            return _writer.Here;
        }
        int middle = Middle(first, last);
        BpfTarget right = Write(middle, last);
        BpfTarget left = Write(first, middle - 1);
        _writer.Branch(BpfInstruction.JumpGreaterOrEqual, _ranges[middle].First, right, left);
        return _writer.Here;
    }

    /// <summary>Where to cut. Halves of an odd number of ranges end in threes, which may be holes.</summary>
    private static int Middle(int first, int last)
    {
        int count = last - first + 1;
        int left = count / 2;
        if (count > 3 && left % 2 == 0)
        {
            left++;
        }
        return first + left;
    }

    private bool IsHole(int range) =>
        _ranges[range - 1] is { IsConditional: false } before
        && _ranges[range + 1] is { IsConditional: false } after
        && before.Action == after.Action
        && after.First == _ranges[range].First + 1;

    private BpfTarget WriteLeaf(CallRange range)
    {
        if (!range.IsConditional)
        {
            return BpfTarget.Return(range.Action);
        }
        int number = (int)range.First;
        ArgumentChecks checks = new(_writer, _decisions.Architecture, number);
        BpfTarget entry = BpfTarget.Return(_defaultAction);
        List<SeccompRule> rules = _decisions.RulesOf(number);
        for (int i = rules.Count - 1; i >= 0; i--)
        {
            SeccompRule rule = rules[i];
            BpfTarget otherwise = entry;
            entry = BpfTarget.Return(rule.Action);
            for (int k = rule.Conditions.Count - 1; k >= 0; k--)
            {
                entry = checks.Write(rule.Conditions[k], entry, otherwise);
            }
        }
        return entry;
    }
}

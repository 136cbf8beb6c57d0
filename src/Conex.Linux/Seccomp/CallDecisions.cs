using Conex.Linux.Seccomp.SyscallTables;

namespace Conex.Linux.Seccomp;

/// <summary>What a policy says about each system call number of one architecture: an action, or rules with conditions to be tried in order.</summary>
/// <remarks>Plain arrays indexed by number: the whole default profile is sorted in here in microseconds.</remarks>
internal sealed class CallDecisions
{
    private const int None = -1;

    /// <summary>For each number the index of its first and last link, or <see cref="None"/>.</summary>
    private readonly int[] _first;
    private readonly int[] _last;
    private Link[] _links = new Link[512];
    private int _linkCount;

    private readonly SeccompPolicy _policy;

    internal CallDecisions(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        _policy = policy;
        Architecture = architecture;
        ReadOnlySpan<ushort> ranges = SyscallTable.KnownRanges(architecture);
        Count = ranges[^1] + 1;
        _first = new int[Count];
        _last = new int[Count];
        Array.Fill(_first, None);
    }

    /// <summary>The architecture whose numbers these are.</summary>
    internal SeccompArchitecture Architecture { get; }

    /// <summary>One more than the highest known number.</summary>
    internal int Count { get; }

    /// <summary>Appends a rule of the policy to those for a call, unless one before it decides in every case.</summary>
    internal void Add(int number, SeccompRule rule)
    {
        int last = _first[number] == None ? None : _last[number];
        if (last != None && _links[last].Rule.Conditions.Count == 0)
        {
            return;
        }
        if (_linkCount == _links.Length)
        {
            Array.Resize(ref _links, _linkCount * 2);
        }
        _links[_linkCount] = new Link(rule, None);
        if (last == None)
        {
            _first[number] = _linkCount;
        }
        else
        {
            _links[last].Next = _linkCount;
        }
        _last[number] = _linkCount++;
    }

    /// <summary>The ranges of numbers that are decided alike, ascending from zero; the last one has no end.</summary>
    internal List<CallRange> Coalesce()
    {
        List<CallRange> ranges = new(128);
        ReadOnlySpan<ushort> known = SyscallTable.KnownRanges(Architecture);
        for (int i = 0; i < known.Length; i += 2)
        {
            for (int number = known[i]; number <= known[i + 1]; number++)
            {
                Append(ranges, Decide(number));
            }
            Append(ranges, CallRange.Decided((uint)known[i + 1] + 1, _policy.UnknownNumberAction));
        }
        if (Architecture == SeccompArchitecture.X86_64)
        {
            Append(ranges, CallRange.Decided(SeccompData.X32Bit, _policy.X32Action));
        }
        return ranges;
    }

    /// <summary>The rules for the call, first match first.</summary>
    internal List<SeccompRule> RulesOf(int number)
    {
        List<SeccompRule> rules = [];
        for (int link = _first[number]; link != None; link = _links[link].Next)
        {
            rules.Add(_links[link].Rule);
        }
        return rules;
    }

    private CallRange Decide(int number)
    {
        int link = _first[number];
        if (link == None)
        {
            return CallRange.Decided((uint)number, _policy.DefaultAction);
        }
        SeccompRule rule = _links[link].Rule;
        return rule.Conditions.Count == 0 ? CallRange.Decided((uint)number, rule.Action) : CallRange.Conditional((uint)number);
    }

    private static void Append(List<CallRange> ranges, CallRange next)
    {
        if (ranges.Count == 0 || next.IsConditional || ranges[^1] is { IsConditional: true } || ranges[^1].Action != next.Action)
        {
            ranges.Add(next);
        }
    }

    private struct Link(SeccompRule rule, int next)
    {
        public readonly SeccompRule Rule = rule;
        public int Next = next;
    }
}

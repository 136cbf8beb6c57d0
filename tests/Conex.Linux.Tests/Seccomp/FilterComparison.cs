using Conex.Linux.Seccomp;
using Conex.Linux.Seccomp.SyscallTables;

namespace Conex.Linux.Tests.Seccomp;

/// <summary>Asks a compiled filter and the oracle about every number, with the arguments at which an answer could change.</summary>
internal static class FilterComparison
{
    private const uint HighestTried = 1023;

    /// <summary>The bit that makes a call one of x32.</summary>
    private const uint X32 = 0x4000_0000;

    private static readonly uint[] s_beyond =
    [
        HighestTried + 1,
        0x7fff,
        0x8000,
        0xffff,
        0x1_0000,
        X32 - 1,
        X32 + HighestTried + 1,
        0x7fff_ffff,
        0x8000_0000,
        0x8000_003b,
        0xc000_0000,
        0xffff_ffff,
    ];

    private static readonly uint[] s_numbers =
    [
        .. Enumerable.Range(0, (int)HighestTried + 1).Select(number => (uint)number),
        .. Enumerable.Range(0, (int)HighestTried + 1).Select(number => X32 | (uint)number),
        .. s_beyond,
    ];

    /// <summary>AUDIT_ARCH_* of architectures whose calls no x86 kernel makes, and neighbours of those it does.</summary>
    private static readonly uint[] s_foreign =
    [
        PolicyOracle.Arm64,
        0,
        62,
        PolicyOracle.X86_64 - 1,
        PolicyOracle.X86_64 + 1,
        PolicyOracle.X86_64 & 0x7fff_ffff,
        PolicyOracle.X86_64 & ~0x4000_0000u,
        PolicyOracle.I386 - 1,
        PolicyOracle.I386 + 1,
        PolicyOracle.I386 | 0x8000_0000,
        0x8000_0016,
        0xffff_ffff,
    ];

    /// <summary>Asserts that both agree everywhere.</summary>
    internal static void AssertEqual(SeccompPolicy policy, SeccompFilter filter)
    {
        BpfMachine machine = new(filter.Image);
        machine.Verify();
        PolicyOracle oracle = new(policy);
        Random random = new(4711);
        foreach (uint audit in (uint[])[PolicyOracle.X86_64, PolicyOracle.I386, .. s_foreign])
        {
            foreach (uint number in audit is PolicyOracle.X86_64 or PolicyOracle.I386 ? s_numbers : s_beyond)
            {
                foreach (ulong[] arguments in Arguments(policy, audit, number, random))
                {
                    uint expected = oracle.Decide(audit, number, arguments).ReturnValue;
                    uint actual = machine.Run(audit, number, arguments);
                    if (expected != actual)
                    {
                        string call = $"0x{audit:x} {number}({string.Join(", ", arguments.Select(a => $"0x{a:x}"))})";
                        Assert.Fail($"{call}: the policy says 0x{expected:x}, the filter 0x{actual:x}\n{filter}");
                    }
                }
            }
        }
    }

    private static IEnumerable<ulong[]> Arguments(SeccompPolicy policy, uint audit, uint number, Random random)
    {
        yield return [0, 0, 0, 0, 0, 0];
        yield return [.. Enumerable.Repeat(ulong.MaxValue, 6)];
        SeccompArchitecture architecture = audit == PolicyOracle.I386 ? SeccompArchitecture.I386 : SeccompArchitecture.X86_64;
        string? name = number <= HighestTried ? SyscallTable.GetName(architecture, number) : null;
        SeccompCondition[] conditions =
        [
            .. policy.Rules.Where(rule => name is not null && rule.Names.Contains(name)).SelectMany(rule => rule.Conditions),
        ];
        foreach (SeccompCondition condition in conditions)
        {
            foreach (ulong value in Boundaries(condition))
            {
                for (int others = 0; others < 4; others++)
                {
                    ulong[] arguments = [.. Enumerable.Range(0, 6).Select(i => Pick(conditions, i, random))];
                    arguments[condition.Argument] = value;
                    yield return arguments;
                }
            }
        }
    }

    private static ulong Pick(SeccompCondition[] conditions, int argument, Random random)
    {
        ulong[] values = [.. conditions.Where(condition => condition.Argument == argument).SelectMany(Boundaries)];
        return values.Length == 0 ? (ulong)random.NextInt64() : values[random.Next(values.Length)];
    }

    private static ulong[] Boundaries(SeccompCondition condition)
    {
        ulong value = condition.Value;
        ulong two = condition.ValueTwo;
        ulong[] near =
        [
            value,
            unchecked(value - 1),
            unchecked(value + 1),
            two,
            two & value,
            (two & value) | ~value,
            two ^ 1,
            two ^ value,
            ~value,
            0,
        ];
        return
        [
            .. near,
            .. near.Select(n => n ^ 0x1_0000_0000),
            .. near.Select(n => n | 0xffff_ffff_0000_0000),
            .. near.Select(n => n & 0xffff_ffff),
        ];
    }
}

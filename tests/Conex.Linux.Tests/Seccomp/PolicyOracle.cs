using Conex.Linux.Errors;
using Conex.Linux.Seccomp;
using Conex.Linux.Seccomp.SyscallTables;

namespace Conex.Linux.Tests.Seccomp;

/// <summary>What a policy says about a call, by reading its rules one after the other.</summary>
internal sealed class PolicyOracle(SeccompPolicy policy)
{
    internal const uint X86_64 = 0xc000003e;
    internal const uint I386 = 0x40000003;
    internal const uint Arm64 = 0xc00000b7;

    private static readonly Dictionary<(SeccompArchitecture, uint), string> s_names = Names();

    /// <summary>Name and arguments of the calls whose arguments the kernel takes as int.</summary>
    private static readonly Dictionary<string, int[]> s_ints = new(StringComparer.Ordinal)
    {
        ["open"] = [1],
        ["openat"] = [0, 2],
        ["ioctl"] = [0, 1],
        ["socket"] = [0, 1, 2],
        ["socketpair"] = [0, 1, 2],
        ["setsockopt"] = [0, 1, 2],
        ["getsockopt"] = [0, 1, 2],
        ["fcntl"] = [0, 1],
        ["personality"] = [0],
        ["prctl"] = [0],
        ["keyctl"] = [0],
        ["setns"] = [0, 1],
        ["seccomp"] = [0, 1],
        ["bpf"] = [0],
    };

    internal SeccompAction Decide(uint auditArchitecture, uint number, ulong[] arguments)
    {
        SeccompArchitecture architecture = auditArchitecture == X86_64 ? SeccompArchitecture.X86_64 : SeccompArchitecture.I386;
        if (auditArchitecture is not (X86_64 or I386) || !policy.Architectures.Contains(architecture))
        {
            return SeccompAction.KillProcess;
        }
        SeccompAction noSuchCall = SeccompAction.Fail(Errno.ENOSYS);
        SeccompAction byDefault = policy.DefaultAction;
        if (architecture == SeccompArchitecture.X86_64 && number >= 0x4000_0000)
        {
            bool fatal = byDefault == SeccompAction.KillProcess || byDefault == SeccompAction.KillThread || byDefault == SeccompAction.Trap;
            return fatal ? byDefault : noSuchCall;
        }
        if (!s_names.TryGetValue((architecture, number), out string? name))
        {
            return byDefault.IsFail ? noSuchCall : byDefault;
        }
        SeccompRule? match = policy.Rules.FirstOrDefault(rule =>
            rule.Names.Contains(name) && rule.Conditions.All(condition => Holds(condition, architecture, name, arguments))
        );
        return match?.Action ?? byDefault;
    }

    private static bool Holds(SeccompCondition condition, SeccompArchitecture architecture, string name, ulong[] arguments)
    {
        ulong argument = arguments[condition.Argument];
        if (architecture == SeccompArchitecture.I386 || (s_ints.TryGetValue(name, out int[]? ints) && ints.Contains(condition.Argument)))
        {
            argument = (uint)argument;
        }
        return condition.Comparison switch
        {
            SeccompComparison.Equal => argument == condition.Value,
            SeccompComparison.NotEqual => argument != condition.Value,
            SeccompComparison.LessThan => argument < condition.Value,
            SeccompComparison.LessOrEqual => argument <= condition.Value,
            SeccompComparison.GreaterThan => argument > condition.Value,
            SeccompComparison.GreaterOrEqual => argument >= condition.Value,
            _ => (argument & condition.Value) == (condition.ValueTwo & condition.Value),
        };
    }

    private static Dictionary<(SeccompArchitecture, uint), string> Names()
    {
        Dictionary<(SeccompArchitecture, uint), string> names = [];
        foreach (SeccompArchitecture architecture in Enum.GetValues<SeccompArchitecture>())
        {
            for (uint number = 0; number < 1024; number++)
            {
                if (SyscallTable.GetName(architecture, number) is { } name)
                {
                    names.Add((architecture, number), name);
                }
            }
        }
        return names;
    }
}

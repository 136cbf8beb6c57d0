using Conex.Linux.Errors;
using Conex.Linux.Seccomp;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Seccomp;

/// <summary>Translates the seccomp section of a runtime specification to a policy (runtime-spec config-linux.md, "Seccomp").</summary>
public static class SeccompTranslation
{
    /// <summary>The policy that <paramref name="seccomp"/> describes.</summary>
    /// <exception cref="FormatException">A word or a number of the section has no meaning; the message is a sentence that names it.</exception>
    public static SeccompPolicy ToPolicy(LinuxSeccomp seccomp)
    {
        ArgumentNullException.ThrowIfNull(seccomp);
        IReadOnlyList<LinuxSyscall> syscalls = seccomp.Syscalls ?? [];
        List<SeccompRule> rules = new(syscalls.Count + 8);
        for (int i = 0; i < syscalls.Count; i++)
        {
            AddRules(rules, syscalls[i], i);
        }
        bool notifies = SeccompNotification.IsUsedBy(seccomp);
        if (notifies)
        {
            SeccompNotification.Check(seccomp);
        }
        // The flag is for filters with a listener only.
        SeccompFilterFlags notUsed = notifies ? SeccompFilterFlags.None : SeccompFilterFlags.WaitKillableReceived;
        return new SeccompPolicy
        {
            DefaultAction = Action(seccomp.DefaultAction, seccomp.DefaultErrnoRet, "by default"),
            Architectures = Architectures(seccomp.Architectures),
            Rules = rules,
            Flags = Flags(seccomp.Flags) & ~notUsed | (notifies ? SeccompFilterFlags.NewListener : SeccompFilterFlags.None),
        };
    }

    private static void AddRules(List<SeccompRule> rules, LinuxSyscall syscall, int position)
    {
        if (syscall.Names.Count == 0)
        {
            throw new FormatException($"seccomp: rule {position} names no system call");
        }
        string name = syscall.Names[0];
        SeccompAction action = Action(syscall.Action, syscall.ErrnoRet, $"for system call {name}");
        SeccompCondition[] conditions = Conditions(syscall.Args, name);
        if (!ComparesAnArgumentTwice(conditions))
        {
            rules.Add(new SeccompRule(syscall.Names, action, conditions));
            return;
        }
        // libseccomp takes one condition for an argument, so that runc and crun read several of them as alternatives; profiles rely on it.
        foreach (SeccompCondition condition in conditions)
        {
            rules.Add(new SeccompRule(syscall.Names, action, [condition]));
        }
    }

    private static SeccompCondition[] Conditions(IReadOnlyList<LinuxSeccompArg>? arguments, string name)
    {
        if (arguments is null or { Count: 0 })
        {
            return [];
        }
        SeccompCondition[] conditions = new SeccompCondition[arguments.Count];
        for (int i = 0; i < conditions.Length; i++)
        {
            LinuxSeccompArg argument = arguments[i];
            if (argument.Index >= SeccompCondition.ArgumentCount)
            {
                throw new FormatException($"seccomp: system call {name} has no argument {argument.Index}; arguments are numbered 0 to 5");
            }
            conditions[i] = new SeccompCondition((int)argument.Index, Comparison(argument.Op, name), argument.Value, argument.ValueTwo);
        }
        return conditions;
    }

    private static bool ComparesAnArgumentTwice(SeccompCondition[] conditions)
    {
        int seen = 0;
        foreach (SeccompCondition condition in conditions)
        {
            int bit = 1 << condition.Argument;
            if ((seen & bit) != 0)
            {
                return true;
            }
            seen |= bit;
        }
        return false;
    }

    private static SeccompAction Action(string name, uint? errnoRet, string of)
    {
        uint data = errnoRet ?? (uint)Errno.EPERM;
        SeccompAction action = name switch
        {
            "SCMP_ACT_ALLOW" => SeccompAction.Allow,
            "SCMP_ACT_ERRNO" when data <= SeccompAction.HighestErrno => SeccompAction.Fail((int)data),
            "SCMP_ACT_ERRNO" => throw new FormatException($"seccomp: errnoRet {data} {of} is no errno; they are 0 to 4095"),
            "SCMP_ACT_TRACE" when data <= ushort.MaxValue => SeccompAction.Trace((ushort)data),
            "SCMP_ACT_TRACE" => throw new FormatException($"seccomp: errnoRet {data} {of} does not fit into a trace message of 16 bits"),
            "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => SeccompAction.KillThread,
            "SCMP_ACT_KILL_PROCESS" => SeccompAction.KillProcess,
            "SCMP_ACT_TRAP" => SeccompAction.Trap,
            "SCMP_ACT_LOG" => SeccompAction.Log,
            "SCMP_ACT_NOTIFY" => SeccompAction.Notify,
            _ => throw new FormatException($"seccomp: unknown action \"{name}\" {of}; known are {string.Join(", ", SeccompNames.Actions)}"),
        };
        if (errnoRet is not null && name is not ("SCMP_ACT_ERRNO" or "SCMP_ACT_TRACE"))
        {
            throw new FormatException($"seccomp: action {name} {of} takes no errnoRet; only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do");
        }
        return action;
    }

    private static SeccompComparison Comparison(string name, string systemCall) =>
        name switch
        {
            "SCMP_CMP_EQ" => SeccompComparison.Equal,
            "SCMP_CMP_NE" => SeccompComparison.NotEqual,
            "SCMP_CMP_LT" => SeccompComparison.LessThan,
            "SCMP_CMP_LE" => SeccompComparison.LessOrEqual,
            "SCMP_CMP_GT" => SeccompComparison.GreaterThan,
            "SCMP_CMP_GE" => SeccompComparison.GreaterOrEqual,
            "SCMP_CMP_MASKED_EQ" => SeccompComparison.MaskedEqual,
            _ => throw new FormatException(
                $"seccomp: unknown comparison \"{name}\" for system call {systemCall}; known are {string.Join(", ", SeccompNames.Operators)}"
            ),
        };

    private static SeccompArchitecture[] Architectures(IReadOnlyList<string>? names)
    {
        bool i386 = false;
        for (int i = 0; names is not null && i < names.Count; i++)
        {
            if (!SeccompNames.IsArchitecture(names[i]))
            {
                throw new FormatException($"seccomp: unknown architecture \"{names[i]}\"; names are like SCMP_ARCH_X86_64");
            }
            i386 |= names[i] == "SCMP_ARCH_X86";
        }
        // The native architecture always counts: the specification's list adds to it.
        return i386 ? [SeccompArchitecture.X86_64, SeccompArchitecture.I386] : [SeccompArchitecture.X86_64];
    }

    private static SeccompFilterFlags Flags(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            // As runc does: without it, kernels before 5.16 slow every filtered process down.
            return SeccompFilterFlags.SpecAllow;
        }
        SeccompFilterFlags flags = SeccompFilterFlags.None;
        for (int i = 0; i < names.Count; i++)
        {
            flags |= names[i] switch
            {
                "SECCOMP_FILTER_FLAG_LOG" => SeccompFilterFlags.Log,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => SeccompFilterFlags.SpecAllow,
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => SeccompFilterFlags.WaitKillableReceived,
                // The filter is loaded by the only thread.
                "SECCOMP_FILTER_FLAG_TSYNC" => SeccompFilterFlags.None,
                _ => throw new FormatException($"seccomp: unknown flag \"{names[i]}\"; known are {string.Join(", ", SeccompNames.Flags)}"),
            };
        }
        return flags;
    }
}

using Conex.Linux.Errors;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Calls with which a process gives up rights for ever, beside seccomp(2), as instructions.</summary>
public static class ConfinementCalls
{
    private const int LANDLOCK_RULE_PATH_BENEATH = 1;
    private const int LANDLOCK_RULE_NET_PORT = 2;

    /// <summary>landlock_create_ruleset(2): what is forbidden unless a rule allows it.</summary>
    public static Register CreateLandlockRuleset(this SyscallProgramBuilder program, ulong files, ulong network, ulong scoped)
    {
        // Kernels that know less take a longer structure when the rest is zero.
        Datum attributes = program.Words(files, network, scoped);
        return program.Call(SyscallNumber.landlock_create_ruleset, default, attributes, 24, 0);
    }

    /// <summary>landlock_add_rule(2) LANDLOCK_RULE_PATH_BENEATH: allows rights on a file, or on a directory and all below. A file that
    /// cannot have all of them gets <paramref name="ofFile"/>, unless that is nothing.</summary>
    public static void AllowBeneath(this SyscallProgramBuilder program, Register ruleset, Register path, ulong rights, ulong ofFile)
    {
        Register added = program.Register();
        CallRules rules = ofFile == 0 || ofFile == rights ? default : CallRules.Allow(Errno.EINVAL);
        Add(program, added, rules, ruleset, path, rights);
        if (rules.Allowed.Length > 0)
        {
            using (program.When(Guard.Failed(added)))
            {
                Add(program, added, default, ruleset, path, ofFile);
            }
        }
    }

    /// <summary>landlock_add_rule(2) LANDLOCK_RULE_NET_PORT.</summary>
    public static void AllowPort(this SyscallProgramBuilder program, Register ruleset, uint port, ulong rights) =>
        program.Do(SyscallNumber.landlock_add_rule, default, ruleset, LANDLOCK_RULE_NET_PORT, program.Words(rights, port), 0);

    /// <summary>landlock_restrict_self(2): the ruleset holds from here on, for all that this process starts too.</summary>
    public static void RestrictSelf(this SyscallProgramBuilder program, Register ruleset) =>
        program.Do(SyscallNumber.landlock_restrict_self, default, ruleset, 0);

    private static void Add(SyscallProgramBuilder program, Register result, CallRules rules, Register ruleset, Register path, ulong rights)
    {
        Datum attributes = program.Words(rights, 0);
        program.Store(attributes.At(8), path);
        program.CallInto(result, SyscallNumber.landlock_add_rule, rules, ruleset, LANDLOCK_RULE_PATH_BENEATH, attributes, 0);
    }
}

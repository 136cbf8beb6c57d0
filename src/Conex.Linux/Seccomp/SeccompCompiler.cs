using Conex.Linux.Seccomp.SyscallTables;

namespace Conex.Linux.Seccomp;

/// <summary>Compiles a policy to a classic BPF program.</summary>
/// <remarks>
/// The program asks for the architecture, then finds the call's number in a balanced tree of comparisons over ranges that are decided alike, so
/// that no call passes more than a dozen instructions; argument checks are leaves of the tree. It reads nothing but the number and the
/// architecture before an unconditional decision, which lets the kernel remember allowed calls and skip the filter for them.
/// </remarks>
public static class SeccompCompiler
{
    /// <summary>Compiles <paramref name="policy"/>.</summary>
    /// <exception cref="FormatException">A condition names no argument of a call, or the filter is longer than the kernel takes.</exception>
    public static SeccompFilter Compile(SeccompPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        CallDecisions? x86_64 = Decisions(policy, SeccompArchitecture.X86_64);
        CallDecisions? i386 = Decisions(policy, SeccompArchitecture.I386);
        int position = 0;
        foreach (SeccompRule rule in policy.Rules)
        {
            Validate(rule);
            for (int i = 0; i < rule.Names.Count; i++)
            {
                (int number, int number32) = SyscallTable.Find(rule.Names[i], ref position);
                if (number >= 0)
                {
                    x86_64?.Add(number, rule);
                }
                if (number32 >= 0)
                {
                    i386?.Add(number32, rule);
                }
            }
        }
        return Write(policy, x86_64, i386);
    }

    private static CallDecisions? Decisions(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        foreach (SeccompArchitecture listed in policy.Architectures)
        {
            if (listed == architecture)
            {
                return new CallDecisions(policy, architecture);
            }
        }
        return null;
    }

    private static void Validate(SeccompRule rule)
    {
        foreach (SeccompCondition condition in rule.Conditions)
        {
            if (condition.Argument is < 0 or >= SeccompCondition.ArgumentCount)
            {
                throw new FormatException($"seccomp: a rule for {rule.Names[0]} asks for argument {condition.Argument}; there are 0 to 5");
            }
        }
    }

    private static SeccompFilter Write(SeccompPolicy policy, CallDecisions? x86_64, CallDecisions? i386)
    {
        BpfWriter writer = new();
        BpfTarget entry = BpfTarget.Return(SeccompAction.KillProcess);
        int i386Count = 0;
        if (i386 is not null)
        {
            entry = WriteArchitecture(writer, policy, i386, SeccompData.AuditArchI386, entry);
            i386Count = writer.Count;
        }
        if (x86_64 is not null)
        {
            entry = WriteArchitecture(writer, policy, x86_64, SeccompData.AuditArchX86_64, entry);
        }
        writer.Continue(entry);
        writer.Load(SeccompData.Architecture);
        return new SeccompFilter(writer.ToImage(), policy.Flags, i386Count);
    }

    /// <summary>Writes the tree of an architecture and, before it, the question whether the call is of that architecture.</summary>
    private static BpfTarget WriteArchitecture(
        BpfWriter writer,
        SeccompPolicy policy,
        CallDecisions decisions,
        uint auditArchitecture,
        BpfTarget otherwise
    )
    {
        CallTree tree = new(writer, decisions, policy.DefaultAction);
        writer.Continue(tree.Write());
        writer.Load(SeccompData.Number);
        writer.Branch(BpfInstruction.JumpEqual, auditArchitecture, writer.Here, otherwise);
        return writer.Here;
    }
}

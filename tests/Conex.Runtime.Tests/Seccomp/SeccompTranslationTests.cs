using Conex.Linux.Errors;
using Conex.Linux.Seccomp;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Seccomp;

namespace Conex.Runtime.Tests.Seccomp;

public sealed class SeccompTranslationTests
{
    [Fact]
    public void A_section_of_the_specification_becomes_a_policy()
    {
        SeccompPolicy policy = SeccompTranslation.ToPolicy(
            new LinuxSeccomp
            {
                DefaultAction = "SCMP_ACT_ERRNO",
                DefaultErrnoRet = 38,
                Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_S390X"],
                Flags = ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC"],
                Syscalls = [Rule("SCMP_ACT_ALLOW", Arg(2, "SCMP_CMP_MASKED_EQ", 0xff, 7))],
            }
        );
        Assert.Equal(SeccompAction.Fail(Errno.ENOSYS), policy.DefaultAction);
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.I386], policy.Architectures);
        Assert.Equal(SeccompFilterFlags.Log, policy.Flags);
        SeccompRule rule = Assert.Single(policy.Rules);
        Assert.Equal(["read", "write"], rule.Names);
        Assert.Equal(SeccompAction.Allow, rule.Action);
        Assert.Equal([new SeccompCondition(2, SeccompComparison.MaskedEqual, 0xff, 7)], rule.Conditions);
    }

    [Theory]
    [InlineData("SCMP_ACT_KILL", 0x0000_0000u)]
    [InlineData("SCMP_ACT_KILL_THREAD", 0x0000_0000u)]
    [InlineData("SCMP_ACT_KILL_PROCESS", 0x8000_0000u)]
    [InlineData("SCMP_ACT_TRAP", 0x0003_0000u)]
    [InlineData("SCMP_ACT_ERRNO", 0x0005_0001u)]
    [InlineData("SCMP_ACT_TRACE", 0x7ff0_0001u)]
    [InlineData("SCMP_ACT_LOG", 0x7ffc_0000u)]
    [InlineData("SCMP_ACT_ALLOW", 0x7fff_0000u)]
    public void Every_action_has_the_kernels_value(string action, uint returnValue) =>
        Assert.Equal(returnValue, SeccompTranslation.ToPolicy(new LinuxSeccomp { DefaultAction = action }).DefaultAction.ReturnValue);

    [Theory]
    [InlineData("SCMP_CMP_EQ", SeccompComparison.Equal)]
    [InlineData("SCMP_CMP_NE", SeccompComparison.NotEqual)]
    [InlineData("SCMP_CMP_LT", SeccompComparison.LessThan)]
    [InlineData("SCMP_CMP_LE", SeccompComparison.LessOrEqual)]
    [InlineData("SCMP_CMP_GT", SeccompComparison.GreaterThan)]
    [InlineData("SCMP_CMP_GE", SeccompComparison.GreaterOrEqual)]
    public void Every_comparison_is_known(string name, SeccompComparison comparison) =>
        Assert.Equal(comparison, Translate(Rule("SCMP_ACT_ALLOW", Arg(0, name, 1))).Rules[0].Conditions[0].Comparison);

    [Fact]
    public void Conditions_on_different_arguments_must_all_hold()
    {
        SeccompPolicy policy = Translate(Rule("SCMP_ACT_ALLOW", Arg(0, "SCMP_CMP_EQ", 1), Arg(1, "SCMP_CMP_EQ", 2)));
        Assert.Equal(2, Assert.Single(policy.Rules).Conditions.Count);
    }

    [Fact]
    public void Conditions_on_the_same_argument_are_alternatives_as_in_runc()
    {
        SeccompPolicy policy = Translate(
            Rule("SCMP_ACT_ALLOW", Arg(0, "SCMP_CMP_EQ", 1), Arg(1, "SCMP_CMP_EQ", 5), Arg(0, "SCMP_CMP_EQ", 2))
        );
        Assert.Equal([1, 5, 2], policy.Rules.Select(rule => (int)Assert.Single(rule.Conditions).Value));
    }

    [Fact]
    public void The_native_architecture_always_counts()
    {
        Assert.Equal([SeccompArchitecture.X86_64], Translate().Architectures);
        SeccompPolicy policy = SeccompTranslation.ToPolicy(
            new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Architectures = ["SCMP_ARCH_X86"] }
        );
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.I386], policy.Architectures);
    }

    [Fact]
    public void Without_flags_speculation_stays_fast_and_an_empty_list_means_none()
    {
        Assert.Equal(SeccompFilterFlags.SpecAllow, Translate().Flags);
        Assert.Equal(
            SeccompFilterFlags.None,
            SeccompTranslation.ToPolicy(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Flags = [] }).Flags
        );
    }

    [Fact]
    public void A_filter_that_notifies_has_a_listener_and_may_wait_killable()
    {
        string[] flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];
        LinuxSeccomp notifying = Section(Rule("SCMP_ACT_NOTIFY")) with { ListenerPath = "/agent", Flags = flags };
        Assert.Equal(
            SeccompFilterFlags.NewListener | SeccompFilterFlags.WaitKillableReceived,
            SeccompTranslation.ToPolicy(notifying).Flags
        );
        // The kernel refuses the one without the other.
        Assert.Equal(SeccompFilterFlags.None, SeccompTranslation.ToPolicy(Section(Rule("SCMP_ACT_LOG")) with { Flags = flags }).Flags);
    }

    public static TheoryData<LinuxSeccomp, string> Mistakes =>
        new()
        {
            {
                new LinuxSeccomp { DefaultAction = "DENY" },
                "seccomp: unknown action \"DENY\" by default; known are SCMP_ACT_KILL, "
            },
            { Section(Rule("SCMP_ACT_ALOW")), "seccomp: unknown action \"SCMP_ACT_ALOW\" for system call read; known are SCMP_ACT_KILL, " },
            { Section(Rule("SCMP_ACT_NOTIFY")), "seccomp: SCMP_ACT_NOTIFY needs listenerPath; " },
            {
                Section(Rule("SCMP_ACT_NOTIFY") with { Names = ["mkdir", "sendmsg"] }) with
                {
                    ListenerPath = "/agent",
                },
                "seccomp: SCMP_ACT_NOTIFY for sendmsg would stop the process before its listener is handed over; "
            },
            {
                new LinuxSeccomp { DefaultAction = "SCMP_ACT_NOTIFY", ListenerPath = "/agent" },
                "seccomp: SCMP_ACT_NOTIFY as the default action would stop the process "
            },
            {
                Section(Rule("SCMP_ACT_ALLOW") with { ErrnoRet = 1 }),
                "seccomp: action SCMP_ACT_ALLOW for system call read takes no errnoRet; "
            },
            { Section(Rule("SCMP_ACT_ERRNO") with { ErrnoRet = 4096 }), "seccomp: errnoRet 4096 for system call read is no errno; " },
            { Section(Rule("SCMP_ACT_TRACE") with { ErrnoRet = 65536 }), "seccomp: errnoRet 65536 for system call read does not fit " },
            { Section(Rule("SCMP_ACT_ALLOW") with { Names = [] }), "seccomp: rule 0 names no system call" },
            { Section(Rule("SCMP_ACT_ALLOW", Arg(6, "SCMP_CMP_EQ", 0))), "seccomp: system call read has no argument 6; " },
            {
                Section(Rule("SCMP_ACT_ALLOW", Arg(0, "EQ", 0))),
                "seccomp: unknown comparison \"EQ\" for system call read; known are SCMP_CMP_NE, "
            },
            {
                new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Architectures = ["amd64"] },
                "seccomp: unknown architecture \"amd64\"; names are like SCMP_ARCH_X86_64"
            },
            {
                new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Flags = ["LOG"] },
                "seccomp: unknown flag \"LOG\"; known are SECCOMP_FILTER_FLAG_TSYNC, "
            },
        };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public void A_mistake_is_named_in_a_sentence(LinuxSeccomp seccomp, string message)
    {
        FormatException error = Assert.Throws<FormatException>(() => SeccompTranslation.ToPolicy(seccomp));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    private static LinuxSyscall Rule(string action, params LinuxSeccompArg[] arguments) =>
        new()
        {
            Names = ["read", "write"],
            Action = action,
            Args = arguments,
        };

    private static LinuxSeccompArg Arg(uint index, string comparison, ulong value, ulong valueTwo = 0) =>
        new()
        {
            Index = index,
            Op = comparison,
            Value = value,
            ValueTwo = valueTwo,
        };

    private static LinuxSeccomp Section(params LinuxSyscall[] rules) => new() { DefaultAction = "SCMP_ACT_ERRNO", Syscalls = rules };

    private static SeccompPolicy Translate(params LinuxSyscall[] rules) => SeccompTranslation.ToPolicy(Section(rules));
}

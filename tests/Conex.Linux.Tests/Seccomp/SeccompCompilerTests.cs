using Conex.Linux.Errors;
using Conex.Linux.Seccomp;

namespace Conex.Linux.Tests.Seccomp;

public sealed class SeccompCompilerTests
{
    private static readonly SeccompAction s_denied = SeccompAction.Fail(Errno.EPERM);
    private static readonly SeccompAction s_noSuchCall = SeccompAction.Fail(Errno.ENOSYS);
    private static readonly SeccompArchitecture[] s_both = [SeccompArchitecture.X86_64, SeccompArchitecture.I386];

    [Fact]
    public void A_policy_without_rules_answers_its_default_to_every_known_call()
    {
        SeccompPolicy policy = new() { DefaultAction = s_denied };
        Assert.Equal(s_denied, Ask(policy, PolicyOracle.X86_64, 0));
        FilterComparison.AssertEqual(policy, SeccompCompiler.Compile(policy));
    }

    [Fact]
    public void Numbers_that_no_table_knows_get_ENOSYS_when_the_default_is_an_errno()
    {
        SeccompPolicy policy = new() { DefaultAction = s_denied, Architectures = s_both };
        Assert.Equal(s_noSuchCall, Ask(policy, PolicyOracle.X86_64, 9999));
        Assert.Equal(s_noSuchCall, Ask(policy, PolicyOracle.X86_64, 400));
        Assert.Equal(s_noSuchCall, Ask(policy, PolicyOracle.I386, 222));
        Assert.Equal(s_noSuchCall, Ask(policy, PolicyOracle.I386, 0xffff_ffff));
        Assert.Equal(s_denied, Ask(policy, PolicyOracle.X86_64, 467));
    }

    [Fact]
    public void Numbers_that_no_table_knows_get_a_default_that_is_no_errno()
    {
        Assert.Equal(SeccompAction.Allow, Ask(new SeccompPolicy { DefaultAction = SeccompAction.Allow }, PolicyOracle.X86_64, 9999));
        Assert.Equal(
            SeccompAction.KillThread,
            Ask(new SeccompPolicy { DefaultAction = SeccompAction.KillThread }, PolicyOracle.X86_64, 9999)
        );
    }

    [Fact]
    public void X32_is_refused_even_where_everything_is_allowed()
    {
        const uint X32Mount = 0x4000_0000 + 165;
        SeccompPolicy policy = new() { DefaultAction = SeccompAction.Allow, Rules = [new SeccompRule(["mount"], s_denied)] };
        Assert.Equal(s_noSuchCall, Ask(policy, PolicyOracle.X86_64, X32Mount));
        Assert.Equal(SeccompAction.Trap, Ask(policy with { DefaultAction = SeccompAction.Trap }, PolicyOracle.X86_64, X32Mount));
    }

    [Fact]
    public void Calls_of_an_architecture_that_is_not_listed_kill_the_process()
    {
        SeccompPolicy policy = new() { DefaultAction = SeccompAction.Allow };
        Assert.Equal(SeccompAction.KillProcess, Ask(policy, PolicyOracle.I386, 1));
        Assert.Equal(SeccompAction.KillProcess, Ask(policy with { Architectures = s_both }, PolicyOracle.Arm64, 1));
        Assert.Equal(SeccompAction.KillProcess, Ask(policy with { Architectures = [] }, PolicyOracle.X86_64, 1));
    }

    [Fact]
    public void The_first_rule_whose_conditions_all_hold_decides()
    {
        SeccompPolicy policy = new()
        {
            DefaultAction = s_denied,
            Rules =
            [
                new SeccompRule(["mmap"], SeccompAction.Log, [Is(2, 7), Is(3, 2)]),
                new SeccompRule(["mmap"], SeccompAction.Trap, [Is(2, 7)]),
                new SeccompRule(["mmap"], SeccompAction.Allow),
                new SeccompRule(["mmap"], SeccompAction.KillProcess, [Is(2, 1)]),
            ],
        };
        Assert.Equal(SeccompAction.Log, Ask(policy, PolicyOracle.X86_64, 9, 0, 0, 7, 2));
        Assert.Equal(SeccompAction.Trap, Ask(policy, PolicyOracle.X86_64, 9, 0, 0, 7, 3));
        Assert.Equal(SeccompAction.Allow, Ask(policy, PolicyOracle.X86_64, 9, 0, 0, 1, 2));
        FilterComparison.AssertEqual(policy, SeccompCompiler.Compile(policy));
    }

    [Fact]
    public void An_int_argument_cannot_be_disguised_by_the_upper_half_of_its_register()
    {
        SeccompPolicy policy = new()
        {
            DefaultAction = s_denied,
            Architectures = s_both,
            Rules = [new SeccompRule(["socket"], SeccompAction.Allow, [new SeccompCondition(0, SeccompComparison.NotEqual, 38)])],
        };
        Assert.Equal(s_denied, Ask(policy, PolicyOracle.X86_64, 41, 0x1_0000_0026));
        Assert.Equal(s_denied, Ask(policy, PolicyOracle.I386, 359, 0x1_0000_0026));
        Assert.Equal(SeccompAction.Allow, Ask(policy, PolicyOracle.X86_64, 41, 1));
    }

    [Fact]
    public void An_argument_of_64_bits_is_compared_with_all_of_them()
    {
        SeccompPolicy policy = new()
        {
            DefaultAction = s_denied,
            Rules = [new SeccompRule(["mmap"], SeccompAction.Allow, [Is(1, 0x5_0000_0007)])],
        };
        Assert.Equal(SeccompAction.Allow, Ask(policy, PolicyOracle.X86_64, 9, 0, 0x5_0000_0007));
        Assert.Equal(s_denied, Ask(policy, PolicyOracle.X86_64, 9, 0, 7));
    }

    [Fact]
    public void Names_that_an_architecture_does_not_have_are_ignored()
    {
        SeccompRule rule = new(["waitpid", "arm_sync_file_range", "", "read 0", "read\n"], SeccompAction.Allow);
        SeccompPolicy policy = new()
        {
            DefaultAction = s_denied,
            Architectures = s_both,
            Rules = [rule],
        };
        Assert.Equal(SeccompAction.Allow, Ask(policy, PolicyOracle.I386, 7));
        FilterComparison.AssertEqual(policy, SeccompCompiler.Compile(policy));
    }

    [Fact]
    public void A_condition_on_a_seventh_argument_is_an_error()
    {
        SeccompPolicy policy = new() { DefaultAction = s_denied, Rules = [new SeccompRule(["read"], SeccompAction.Allow, [Is(6, 0)])] };
        FormatException error = Assert.Throws<FormatException>(() => SeccompCompiler.Compile(policy));
        Assert.Equal("seccomp: a rule for read asks for argument 6; there are 0 to 5", error.Message);
    }

    [Fact]
    public void A_filter_longer_than_the_kernel_takes_is_an_error()
    {
        SeccompRule[] rules = [.. Enumerable.Range(0, 2000).Select(i => new SeccompRule(["mmap"], SeccompAction.Allow, [Is(1, (ulong)i)]))];
        FormatException error = Assert.Throws<FormatException>(() =>
            SeccompCompiler.Compile(new SeccompPolicy { DefaultAction = s_denied, Rules = rules })
        );
        Assert.Contains("at most 4096", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_listing_names_calls_arguments_and_actions()
    {
        SeccompPolicy policy = new()
        {
            DefaultAction = s_denied,
            Rules = [new SeccompRule(["read"], SeccompAction.Allow), new SeccompRule(["mmap"], SeccompAction.Allow, [Is(2, 3)])],
        };
        string[] expected =
        [
            "   0  ld   architecture",
            "   1  jeq  x86_64                       ? 3 : 2",
            "   2  ret  KILL_PROCESS",
            "   3  ld   number",
        ];
        string listing = SeccompCompiler.Compile(policy).ToString();
        Assert.Equal(expected, listing.Split('\n')[..4]);
        Assert.Contains("#9 mmap", listing, StringComparison.Ordinal);
        Assert.Contains("ld   argument 2 high\n", listing, StringComparison.Ordinal);
        Assert.Contains("ret  ERRNO EPERM\n", listing, StringComparison.Ordinal);
    }

    private static SeccompCondition Is(int argument, ulong value) => new(argument, SeccompComparison.Equal, value);

    private static SeccompAction Ask(SeccompPolicy policy, uint audit, uint number, params ulong[] arguments)
    {
        ulong[] all = new ulong[6];
        arguments.CopyTo(all, 0);
        uint answer = new BpfMachine(SeccompCompiler.Compile(policy).Image).Run(audit, number, all);
        SeccompAction expected = new PolicyOracle(policy).Decide(audit, number, all);
        Assert.Equal(expected.ReturnValue, answer);
        return expected;
    }
}

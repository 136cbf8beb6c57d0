using Conex.Linux.Errors;
using Conex.Linux.Seccomp;
using CsCheck;

namespace Conex.Linux.Tests.Seccomp;

public sealed class SeccompCompilerProperties
{
    private static readonly Gen<SeccompAction> s_action = OneOf(
        SeccompAction.Allow,
        SeccompAction.Fail(Errno.EPERM),
        SeccompAction.Fail(Errno.ENOSYS),
        SeccompAction.Fail(Errno.EACCES),
        SeccompAction.KillProcess,
        SeccompAction.KillThread,
        SeccompAction.Trap,
        SeccompAction.Trace(7),
        SeccompAction.Log,
        SeccompAction.Notify
    );

    private static readonly Gen<ulong> s_value = Gen.OneOf(
        OneOf<ulong>(
            0,
            1,
            38,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_ffff,
            0x1_0000_0000,
            0x1_0000_0026,
            0x7e02_0000,
            0xffff_ffff_0000_0000,
            0x8000_0000_0000_0000,
            ulong.MaxValue
        ),
        Gen.ULong,
        Gen.UInt.Select(value => (ulong)value)
    );

    private static readonly Gen<SeccompCondition> s_condition = Gen.Select(
        Gen.Int[0, 5],
        Gen.Enum<SeccompComparison>(),
        s_value,
        s_value,
        (argument, comparison, value, two) => new SeccompCondition(argument, comparison, value, two)
    );

    private static readonly Gen<string> s_name = Gen.OneOf(
        OneOf("socket", "ioctl", "personality", "clone", "mmap", "openat", "read", "waitpid", "socketcall", "no_such_call", "fchroot"),
        Gen.Int[0, 472].Select(number => SyscallName(number))
    );

    private static Gen<SeccompPolicy> Policies(int rules, int conditions) =>
        Gen.Select(
            s_action,
            Gen.Select(s_name.Array[1, 6], s_action, s_condition.Array[0, conditions], (n, a, c) => new SeccompRule(n, a, c)).Array[
                0,
                rules
            ],
            OneOf(
                [SeccompArchitecture.X86_64],
                new[] { SeccompArchitecture.X86_64, SeccompArchitecture.I386 },
                [SeccompArchitecture.I386, SeccompArchitecture.X86_64],
                [SeccompArchitecture.I386]
            ),
            (action, list, architectures) =>
                new SeccompPolicy
                {
                    DefaultAction = action,
                    Rules = list,
                    Architectures = architectures,
                }
        );

    [Fact]
    public void A_filter_decides_as_its_policy() =>
        Policies(rules: 12, conditions: 3)
            .Sample(policy => FilterComparison.AssertEqual(policy, SeccompCompiler.Compile(policy)), iter: 150);

    [Fact]
    public void A_long_filter_with_far_jumps_decides_as_its_policy() =>
        Policies(rules: 40, conditions: 2)
            .Sample(policy => FilterComparison.AssertEqual(policy, SeccompCompiler.Compile(policy)), iter: 40);

    [Fact]
    public void A_listing_has_a_line_for_each_instruction() =>
        Policies(rules: 12, conditions: 3)
            .Sample(
                policy =>
                {
                    SeccompFilter filter = SeccompCompiler.Compile(policy);
                    Assert.Equal(filter.InstructionCount, filter.ToString().Count(c => c == '\n'));
                },
                iter: 50
            );

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string SyscallName(int number) =>
        Linux.Seccomp.SyscallTables.SyscallTable.GetName(SeccompArchitecture.X86_64, number) ?? "no_such_call";
}

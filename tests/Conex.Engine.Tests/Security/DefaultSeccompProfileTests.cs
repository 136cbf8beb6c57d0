using Conex.Engine.Security;
using Conex.Linux.Errors;
using Conex.Linux.Seccomp;
using Conex.Linux.Tests.Seccomp;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Seccomp;

namespace Conex.Engine.Tests.Security;

public sealed class DefaultSeccompProfileTests
{
    private static readonly KernelVersion s_kernel = new(6, 12);

    /// <summary>What containers have unless they ask for something else.</summary>
    private static readonly string[] s_usual =
    [
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_FSETID",
        "CAP_FOWNER",
        "CAP_MKNOD",
        "CAP_NET_RAW",
        "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SETFCAP",
        "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE",
        "CAP_SYS_CHROOT",
        "CAP_KILL",
        "CAP_AUDIT_WRITE",
    ];

    public static TheoryData<string> CapabilitySets =>
        [
            "",
            string.Join(' ', s_usual),
            "CAP_SYS_ADMIN",
            "CAP_SYS_PTRACE CAP_BPF CAP_PERFMON CAP_SYSLOG",
            "CAP_DAC_READ_SEARCH CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_CHROOT CAP_SYS_MODULE CAP_SYS_PACCT CAP_SYS_PTRACE CAP_SYS_RAWIO "
                + "CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_SYS_NICE CAP_SYSLOG CAP_BPF CAP_PERFMON",
        ];

    [Theory]
    [MemberData(nameof(CapabilitySets))]
    public void The_filter_decides_as_the_profile_in_at_most_480_instructions(string capabilities)
    {
        SeccompPolicy policy = Policy(capabilities.Split(' '));
        SeccompFilter filter = SeccompCompiler.Compile(policy);
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.I386], policy.Architectures);
        Assert.InRange(filter.InstructionCount, 1, 480);
        FilterComparison.AssertEqual(policy, filter);
    }

    [Fact]
    public void Socketcall_cannot_open_what_socket_refuses()
    {
        Assert.Equal(SeccompAction.Fail(Errno.ENOSYS), Ask(PolicyOracle.I386, 102, 1));
        foreach ((uint audit, uint number) in ((uint, uint)[])[(PolicyOracle.X86_64, 41), (PolicyOracle.I386, 359)])
        {
            Assert.Equal(SeccompAction.Fail(Errno.EPERM), Ask(audit, number, 38));
            Assert.Equal(SeccompAction.Fail(Errno.EPERM), Ask(audit, number, 40));
            Assert.Equal(SeccompAction.Fail(Errno.EPERM), Ask(audit, number, 0x1_0000_0026));
            Assert.Equal(SeccompAction.Fail(Errno.EPERM), Ask(audit, number, 0xffff_ffff_0000_0028));
            Assert.Equal(SeccompAction.Allow, Ask(audit, number, 1));
            Assert.Equal(SeccompAction.Allow, Ask(audit, number, 39));
            Assert.Equal(SeccompAction.Allow, Ask(audit, number, 41));
        }
    }

    [Fact]
    public void A_new_namespace_needs_CAP_SYS_ADMIN()
    {
        const ulong CloneNewUser = 0x1000_0000;
        const uint Clone = 56;
        const uint Clone3 = 435;
        Assert.Equal(SeccompAction.Fail(Errno.EPERM), Ask(PolicyOracle.X86_64, Clone, CloneNewUser | 17));
        Assert.Equal(SeccompAction.Allow, Ask(PolicyOracle.X86_64, Clone, 17));
        Assert.Equal(SeccompAction.Fail(Errno.ENOSYS), Ask(PolicyOracle.X86_64, Clone3, 0));
        SeccompPolicy administrator = Policy(["CAP_SYS_ADMIN"]);
        Assert.Equal(
            SeccompAction.Allow,
            new PolicyOracle(administrator).Decide(PolicyOracle.X86_64, Clone, [CloneNewUser, 0, 0, 0, 0, 0])
        );
        Assert.Equal(SeccompAction.Allow, new PolicyOracle(administrator).Decide(PolicyOracle.X86_64, Clone3, [0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void Unknown_and_newer_calls_do_not_exist()
    {
        Assert.Equal(SeccompAction.Fail(Errno.ENOSYS), Ask(PolicyOracle.X86_64, 9999, 0));
        Assert.Equal(SeccompAction.Fail(Errno.ENOSYS), Ask(PolicyOracle.X86_64, 468, 0));
        Assert.Equal(SeccompAction.Fail(Errno.ENOSYS), Ask(PolicyOracle.X86_64, 0x4000_0000, 0));
        Assert.Equal(SeccompAction.Fail(Errno.EPERM), Ask(PolicyOracle.X86_64, 425, 0));
    }

    [Fact]
    public void Equal_questions_get_the_same_record()
    {
        SeccompProfile profile = DefaultSeccompProfile.Profile;
        LinuxSeccomp usual = profile.Resolve(s_usual.ToHashSet(StringComparer.Ordinal), "amd64", s_kernel);
        LinuxSeccomp without = profile.Resolve(s_usual.Except(["CAP_KILL"]).ToHashSet(StringComparer.Ordinal), "amd64", s_kernel);
        LinuxSeccomp other = profile.Resolve(s_usual.Except(["CAP_SYS_CHROOT"]).ToHashSet(StringComparer.Ordinal), "amd64", s_kernel);
        Assert.Same(usual, without);
        Assert.NotSame(usual, other);
    }

    private static SeccompPolicy Policy(string[] capabilities) =>
        SeccompTranslation.ToPolicy(
            DefaultSeccompProfile.Profile.Resolve(capabilities.ToHashSet(StringComparer.Ordinal), "amd64", s_kernel)
        );

    private static SeccompAction Ask(uint audit, uint number, ulong argument)
    {
        SeccompPolicy policy = Policy(s_usual);
        ulong[] arguments = [argument, 0, 0, 0, 0, 0];
        SeccompAction expected = new PolicyOracle(policy).Decide(audit, number, arguments);
        Assert.Equal(expected.ReturnValue, new BpfMachine(SeccompCompiler.Compile(policy).Image).Run(audit, number, arguments));
        return expected;
    }
}

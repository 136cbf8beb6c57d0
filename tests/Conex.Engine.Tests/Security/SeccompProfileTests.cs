using System.Text;
using Conex.Engine.Errors;
using Conex.Engine.Security;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Tests.Security;

public sealed class SeccompProfileTests
{
    private static readonly KernelVersion s_kernel = new(6, 1);

    [Fact]
    public void A_plain_section_of_the_specification_is_a_profile()
    {
        LinuxSeccomp seccomp = Parse(
                """
                {
                  "defaultAction": "SCMP_ACT_ALLOW",
                  "architectures": ["SCMP_ARCH_X86_64"],
                  "flags": ["SECCOMP_FILTER_FLAG_LOG"],
                  "syscalls": [
                    { "names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 25,
                      "args": [{ "index": 1, "value": 21522, "valueTwo": 3, "op": "SCMP_CMP_EQ" }] }
                  ]
                }
                """
            )
            .Resolve(new HashSet<string>(), "amd64", s_kernel);
        Assert.Equal("SCMP_ACT_ALLOW", seccomp.DefaultAction);
        Assert.Equal(["SCMP_ARCH_X86_64"], seccomp.Architectures);
        Assert.Equal(["SECCOMP_FILTER_FLAG_LOG"], seccomp.Flags);
        LinuxSyscall rule = Assert.Single(seccomp.Syscalls!);
        Assert.Equal(["ioctl"], rule.Names);
        Assert.Equal(25u, rule.ErrnoRet);
        LinuxSeccompArg argument = Assert.Single(rule.Args!);
        Assert.Equal((1u, 21522ul, 3ul, "SCMP_CMP_EQ"), (argument.Index, argument.Value, argument.ValueTwo, argument.Op));
    }

    [Theory]
    [InlineData("""{"caps": ["CAP_A", "CAP_B"]}""", "{}", "CAP_A CAP_B CAP_C", true)]
    [InlineData("""{"caps": ["CAP_A", "CAP_B"]}""", "{}", "CAP_A", false)]
    [InlineData("{}", """{"caps": ["CAP_A", "CAP_B"]}""", "CAP_B", false)]
    [InlineData("{}", """{"caps": ["CAP_A", "CAP_B"]}""", "CAP_C", true)]
    [InlineData("""{"arches": ["arm64", "amd64"]}""", "null", "", true)]
    [InlineData("""{"arches": ["arm64"]}""", "null", "", false)]
    [InlineData("null", """{"arches": ["amd64"]}""", "", false)]
    [InlineData("""{"minKernel": "6.1"}""", "{}", "", true)]
    [InlineData("""{"minKernel": "6.2"}""", "{}", "", false)]
    [InlineData("""{"minKernel": "5.10"}""", "{}", "", true)]
    [InlineData("{}", """{"minKernel": "4.8"}""", "", false)]
    [InlineData("""{"minKernel": ""}""", "{}", "", true)]
    public void A_rule_is_for_the_containers_that_it_names(string includes, string excludes, string capabilities, bool applies)
    {
        SeccompProfile profile = Parse(
            $$"""
            { "defaultAction": "SCMP_ACT_ERRNO", "archMap": null,
              "syscalls": [{ "name": "read", "action": "SCMP_ACT_ALLOW", "args": null, "comment": "", "includes": {{includes}}, "excludes": {{excludes}} }] }
            """
        );
        LinuxSeccomp seccomp = profile.Resolve(capabilities.Split(' ').ToHashSet(StringComparer.Ordinal), "amd64", s_kernel);
        Assert.Equal(applies ? 1 : 0, seccomp.Syscalls!.Count);
    }

    [Fact]
    public void The_architecture_map_adds_what_the_machines_kernel_serves_too()
    {
        SeccompProfile profile = Parse(
            """
            { "defaultAction": "SCMP_ACT_ERRNO", "archMap": [
                { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"] },
                { "architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null } ] }
            """
        );
        Assert.Equal(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], Resolve(profile, "amd64").Architectures);
        Assert.Equal(["SCMP_ARCH_RISCV64"], Resolve(profile, "riscv64").Architectures);
        Assert.Null(Resolve(profile, "arm64").Architectures);
    }

    [Fact]
    public void Podmans_errno_names_are_understood()
    {
        SeccompProfile profile = Parse(
            """
            { "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "defaultErrno": "ENOSYS",
              "syscalls": [{ "names": ["bpf"], "action": "SCMP_ACT_ERRNO", "args": [], "errnoRet": 1, "errno": "EPERM" }] }
            """
        );
        Assert.Equal(38u, profile.DefaultErrnoRet);
        Assert.Equal(1u, profile.Rules[0].Syscall.ErrnoRet);
    }

    [Theory]
    [InlineData("", "seccomp profile: not valid JSON (line 1, column 1)")]
    [InlineData("{\n  \"defaultAction\": }", "seccomp profile: not valid JSON (line 2, column 20)")]
    [InlineData("[]", "seccomp profile: the profile: expected an object, found a list")]
    [InlineData("null", "seccomp profile: the profile: expected an object, found null")]
    [InlineData("{}", "seccomp profile: defaultAction is missing")]
    [InlineData("""{"defaultAction": 1}""", "seccomp profile: defaultAction: expected a string, found 1")]
    [InlineData("""{"defaultAction": "ALLOW"}""", "seccomp: unknown action \"ALLOW\" by default; known are SCMP_ACT_KILL*")]
    [InlineData("""{"default": "SCMP_ACT_ALLOW"}""", "seccomp profile: unknown member default")]
    [InlineData(
        """{"architectures": ["SCMP_ARCH_X86"], "archMap": [{"architecture": "SCMP_ARCH_X86_64"}]}""",
        "seccomp profile: it has both*"
    )]
    [InlineData("""{"archMap": [{"subArchitectures": []}]}""", "seccomp profile: archMap[0].architecture is missing")]
    [InlineData("""{"syscalls": {}}""", "seccomp profile: syscalls: expected a list, found an object")]
    [InlineData("""{"syscalls": [{"action": "SCMP_ACT_ALLOW"}]}""", "seccomp profile: syscalls[0].names is missing")]
    [InlineData("""{"syscalls": [{"names": ["read"]}]}""", "seccomp profile: syscalls[0].action is missing")]
    [InlineData("""{"syscalls": [{"names": ["read", 3]}]}""", "seccomp profile: syscalls[0].names[1]: expected a string, found 3")]
    [InlineData("""{"syscalls": [{"name": "a", "names": ["read"]}]}""", "seccomp profile: syscalls[0] has both name and names; use names")]
    [InlineData("""{"syscalls": [{"exclude": {}}]}""", "seccomp profile: unknown member syscalls[0].exclude")]
    [InlineData("""{"syscalls": [{"excludes": {"cap": []}}]}""", "seccomp profile: unknown member syscalls[0].excludes.cap")]
    [InlineData(
        """{"syscalls": [{"includes": {"minKernel": "new"}}]}""",
        "seccomp profile: syscalls[0].includes.minKernel: \"new\" is no*"
    )]
    [InlineData("""{"syscalls": [{"errno": "7"}], "defaultAction": "SCMP_ACT_LOG"}""", "seccomp profile: syscalls[0].names is missing")]
    [InlineData(
        """{"syscalls": [{"names": ["a"], "action": "SCMP_ACT_ERRNO", "errno": "7"}]}""",
        "seccomp profile: syscalls[0].errno: \"7\" is no errno*"
    )]
    [InlineData(
        """{"syscalls": [{"args": [{"index": -1}]}]}""",
        "seccomp profile: syscalls[0].args[0].index: expected an integer from 0 to*"
    )]
    [InlineData("""{"syscalls": [{"args": [{"index": 0}]}]}""", "seccomp profile: syscalls[0].args[0].value is missing")]
    [InlineData(
        """{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["read"], "action": "ALLOW"}]}""",
        "seccomp: unknown action \"ALLOW\" for system call read; known are*"
    )]
    public void A_mistake_is_named_with_its_place(string json, string message)
    {
        InvalidRequestException error = Assert.Throws<InvalidRequestException>(() => Parse(json));
        if (message.EndsWith('*'))
        {
            Assert.StartsWith(message[..^1], error.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(message, error.Message);
        }
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_an_error()
    {
        byte[] json = [.. "{\"defaultAction\": \""u8, 0xff, .. "\"}"u8];
        InvalidRequestException error = Assert.Throws<InvalidRequestException>(() => SeccompProfile.Parse(json));
        Assert.StartsWith("seccomp profile: not valid ", error.Message, StringComparison.Ordinal);
    }

    private static SeccompProfile Parse(string json) => SeccompProfile.Parse(Encoding.UTF8.GetBytes(json));

    private static LinuxSeccomp Resolve(SeccompProfile profile, string architecture) =>
        profile.Resolve(new HashSet<string>(), architecture, s_kernel);
}

using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The seccomp filter is in force. The probes make one system call and end with its errno.</summary>
public sealed class SeccompTests : IDisposable
{
    private const int EPERM = 1;
    private const int EEXIST = 17;
    private const int ENOSYS = 38;
    private const int BadSystemCall = 128 + 31;
    private const int Mkdir = 83;
    private const int MkdirOfI386 = 39;

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    /// <summary>Allows everything but the calls named.</summary>
    internal static LinuxSeccomp Forbid(params string[] names) =>
        new()
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Architectures = ["SCMP_ARCH_X86_64"],
            Syscalls = [new LinuxSyscall { Names = names, Action = "SCMP_ACT_ERRNO" }],
        };

    /// <summary>Allows what every program needs at its start and end, and nothing else.</summary>
    private static LinuxSeccomp AllowLittle(params string[] architectures) =>
        new()
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            Architectures = architectures,
            Syscalls =
            [
                new LinuxSyscall
                {
                    Names = ["execve", "exit", "exit_group", "chdir", "rt_sigprocmask", "getpid", "capset", "prctl"],
                    Action = "SCMP_ACT_ALLOW",
                },
            ],
        };

    private static byte[] Changed(byte[] bytes, int index)
    {
        byte[] changed = [.. bytes];
        changed[index] ^= 0x20;
        return changed;
    }

    private TestBundle Probe(byte[] program, LinuxSeccomp? filter) =>
        house.NewBundle().Program("/probe", program).Command("/probe").WithLinux(l => l with { Seccomp = filter });

    [Fact]
    public void Without_a_filter_the_probe_reaches_the_kernel() =>
        house.Run(Probe(ProbeProgram.X64(new ProbeProgram.Call(Mkdir, "/tmp", 0x1FF)), null)).EndedWith(EEXIST);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_call_that_is_not_allowed_is_refused_with_and_without_no_new_privs(bool noNewPrivileges)
    {
        TestBundle bundle = Probe(ProbeProgram.X64(new ProbeProgram.Call(Mkdir, "/tmp", 0x1FF)), AllowLittle("SCMP_ARCH_X86_64"))
            .WithProcess(p => p with { NoNewPrivileges = noNewPrivileges });
        house.Run(bundle).EndedWith(EPERM);
    }

    [Fact]
    public void An_allowed_call_passes() =>
        house.Run(Probe(ProbeProgram.X64(new ProbeProgram.Call(39)), AllowLittle("SCMP_ARCH_X86_64"))).EndedWith(0);

    [Fact]
    public void A_compiled_filter_is_kept_for_the_next_container_and_a_damaged_one_is_made_anew()
    {
        TestBundle bundle = Probe(ProbeProgram.X64(new ProbeProgram.Call(Mkdir, "/tmp", 0x1FF)), AllowLittle("SCMP_ARCH_X86_64"));
        house.Run(bundle).EndedWith(EPERM);
        string kept = Assert.Single(Directory.GetFiles($"{house.StateRoot}/@seccomp"));
        byte[] content = File.ReadAllBytes(kept);
        DateTime written = File.GetLastWriteTimeUtc(kept);

        house.Run(bundle).EndedWith(EPERM);
        Assert.Equal(written, File.GetLastWriteTimeUtc(kept));

        foreach (
            byte[] damaged in (byte[][])
                [
                    [],
                    content[..100],
                    content[..^1],
                    [.. content, 0],
                    Changed(content, 3),
                    Changed(content, content.Length - 5),
                ]
        )
        {
            File.WriteAllBytes(kept, damaged);
            house.Run(bundle).EndedWith(EPERM);
            Assert.Equal(content, File.ReadAllBytes(kept));
        }
    }

    [Fact]
    public void Another_profile_under_the_same_name_is_not_taken()
    {
        TestBundle bundle = Probe(ProbeProgram.X64(new ProbeProgram.Call(Mkdir, "/tmp", 0x1FF)), AllowLittle("SCMP_ARCH_X86_64"));
        house.Run(bundle).EndedWith(EPERM);
        string nameOfStrict = Assert.Single(Directory.GetFiles($"{house.StateRoot}/@seccomp"));
        File.Delete(nameOfStrict);
        house.Run(bundle.WithLinux(l => l with { Seccomp = Forbid("rmdir") })).EndedWith(EEXIST);
        File.Move(Assert.Single(Directory.GetFiles($"{house.StateRoot}/@seccomp")), nameOfStrict);

        house.Run(bundle.WithLinux(l => l with { Seccomp = AllowLittle("SCMP_ARCH_X86_64") })).EndedWith(EPERM);
    }

    [Fact]
    public void An_unknown_number_gets_ENOSYS_so_that_libraries_fall_back() =>
        house.Run(Probe(ProbeProgram.X64(new ProbeProgram.Call(4000)), AllowLittle("SCMP_ARCH_X86_64"))).EndedWith(ENOSYS);

    [Fact]
    public void A_call_by_its_x32_number_does_not_pass() =>
        house.Run(Probe(ProbeProgram.X64(new ProbeProgram.Call(0x40000000 + Mkdir, "/tmp", 0x1FF)), Forbid("mkdir"))).EndedWith(ENOSYS);

    [Fact]
    public void A_32_bit_program_is_filtered_by_its_own_numbers()
    {
        LinuxSeccomp filter = AllowLittle("SCMP_ARCH_X86_64", "SCMP_ARCH_X86");
        house.Run(Probe(ProbeProgram.I386(new ProbeProgram.Call(MkdirOfI386, "/tmp", 0x1FF)), filter)).EndedWith(EPERM);
    }

    [Fact]
    public void A_32_bit_program_may_make_the_allowed_calls()
    {
        LinuxSeccomp filter = AllowLittle("SCMP_ARCH_X86_64", "SCMP_ARCH_X86");
        house.Run(Probe(ProbeProgram.I386(new ProbeProgram.Call(20)), filter)).EndedWith(0);
    }

    [Fact]
    public void An_architecture_that_is_not_listed_kills() =>
        house.Run(Probe(ProbeProgram.I386(new ProbeProgram.Call(20)), AllowLittle("SCMP_ARCH_X86_64"))).EndedWith(BadSystemCall);

    [Fact]
    public void The_status_of_the_payload_says_filtered()
    {
        TestBundle bundle = house.NewBundle().Command("grep", "^Seccomp:", "/proc/self/status");
        Assert.Equal("Seccomp:\t2", house.Run(bundle.WithLinux(l => l with { Seccomp = Forbid("mkdir") })).Text);
    }

    [Fact]
    public void An_argument_decides_where_the_rule_says_so()
    {
        var filter = new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Architectures = ["SCMP_ARCH_X86_64"],
            Syscalls =
            [
                new LinuxSyscall
                {
                    Names = ["mkdir"],
                    Action = "SCMP_ACT_ERRNO",
                    ErrnoRet = 99,
                    Args =
                    [
                        new LinuxSeccompArg
                        {
                            Index = 1,
                            Value = 0x1ED,
                            Op = "SCMP_CMP_EQ",
                        },
                    ],
                },
            ],
        };
        house.Run(Probe(ProbeProgram.X64(new ProbeProgram.Call(Mkdir, "/tmp", 0x1ED)), filter)).EndedWith(99);
    }
}

using System.Globalization;
using Conex.Engine.Security;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Tests.Security;

/// <summary>Compares the default profile rule by rule with the list that docker's users know, kept beside this file.</summary>
public sealed class DifferencesFromDockerTests
{
    private static readonly SeccompProfile s_docker = SeccompProfile.Parse(Document());

    /// <summary>Every deliberate difference: a line that only one of the two profiles has.</summary>
    private static readonly string[] s_onlyDocker =
    [
        // Its arguments lie behind a pointer, so that it passes by the rules for socket.
        "socketcall: SCMP_ACT_ALLOW",
    ];

    private static readonly string[] s_onlyConex =
    [
        "socketcall: SCMP_ACT_ERRNO 38",
        // The kernel puts this call into traced processes, as it does uretprobe.
        "uprobe: SCMP_ACT_ALLOW",
        // Newer than docker's list: they do not exist for a libc that tries them, and it falls back.
        "open_tree_attr: SCMP_ACT_ERRNO 38",
        "file_getattr: SCMP_ACT_ERRNO 38",
        "file_setattr: SCMP_ACT_ERRNO 38",
        "listns: SCMP_ACT_ERRNO 38",
        "rseq_slice_yield: SCMP_ACT_ERRNO 38",
        "fchroot: SCMP_ACT_ERRNO 38",
    ];

    [Fact]
    public void Rules_differ_only_where_it_is_deliberate()
    {
        string[] docker = Lines(s_docker);
        string[] conex = Lines(DefaultSeccompProfile.Profile);
        Assert.Equal(s_onlyDocker.Order(StringComparer.Ordinal), docker.Except(conex).Order(StringComparer.Ordinal));
        Assert.Equal(s_onlyConex.Order(StringComparer.Ordinal), conex.Except(docker).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_default_action_is_dockers()
    {
        Assert.Equal(s_docker.DefaultAction, DefaultSeccompProfile.Profile.DefaultAction);
        Assert.Equal(s_docker.DefaultErrnoRet, DefaultSeccompProfile.Profile.DefaultErrnoRet);
    }

    [Fact]
    public void X32_is_no_sub_architecture_and_the_others_are_dockers()
    {
        Dictionary<string, string> docker = s_docker.SubArchitectures!.ToDictionary(
            pair => pair.Key,
            pair => string.Join(' ', pair.Value.Except(["SCMP_ARCH_X32"]))
        );
        Dictionary<string, string> conex = DefaultSeccompProfile.Profile.SubArchitectures!.ToDictionary(
            pair => pair.Key,
            pair => string.Join(' ', pair.Value)
        );
        Assert.Equal(docker, conex);
    }

    [Theory]
    [InlineData("")]
    [InlineData("CAP_SYS_ADMIN")]
    [InlineData("CAP_SYS_PTRACE CAP_SYS_CHROOT CAP_BPF")]
    public void Containers_get_the_same_rules(string capabilities)
    {
        IReadOnlySet<string> set = capabilities.Split(' ').ToHashSet(StringComparer.Ordinal);
        foreach (string architecture in (string[])["amd64", "arm64", "s390x", "riscv64", "ppc64le"])
        {
            string[] docker = Lines(s_docker.Resolve(set, architecture, new KernelVersion(6, 1)));
            string[] conex = Lines(DefaultSeccompProfile.Profile.Resolve(set, architecture, new KernelVersion(6, 1)));
            Assert.Equal(s_onlyDocker.Order(StringComparer.Ordinal), docker.Except(conex).Order(StringComparer.Ordinal));
            Assert.Equal(s_onlyConex.Order(StringComparer.Ordinal), conex.Except(docker).Order(StringComparer.Ordinal));
        }
    }

    private static byte[] Document()
    {
        using Stream stream = typeof(DifferencesFromDockerTests).Assembly.GetManifestResourceStream("docker-seccomp.json")!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>One line for each name of each rule, with everything that the rule says.</summary>
    private static string[] Lines(SeccompProfile profile) =>
        [
            .. profile.Rules.SelectMany(rule =>
                Lines(rule.Syscall).Select(line => $"{line}{Text(" if", rule.Includes)}{Text(" unless", rule.Excludes)}")
            ),
        ];

    private static string[] Lines(LinuxSeccomp seccomp) => [.. seccomp.Syscalls!.SelectMany(Lines)];

    private static IEnumerable<string> Lines(LinuxSyscall rule)
    {
        string errno = rule.ErrnoRet is { } number ? string.Create(CultureInfo.InvariantCulture, $" {number}") : "";
        string conditions = string.Concat((rule.Args ?? []).Select(a => $" where {a.Index} {a.Op} {a.Value} {a.ValueTwo}"));
        return rule.Names.Select(name => $"{name}: {rule.Action}{errno}{conditions}");
    }

    private static string Text(string word, SeccompProfileScope scope) =>
        string.Concat(
            scope
                .Capabilities.Concat(scope.Architectures)
                .Concat(scope.MinimumKernel is { } kernel ? [kernel.ToString()] : [])
                .Select(item => $"{word} {item}")
        );
}

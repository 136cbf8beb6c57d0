using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Capabilities, seccomp, privileges.</summary>
public sealed class SecurityOptionTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const string Effective = "grep CapEff /proc/self/status | cut -f2";

    public void Dispose() => house.RequireClean();

    [Fact]
    public void The_default_capabilities_are_dockers() => Assert.Equal("00000000a80425fb", house.Shell(Effective).Text);

    [Theory]
    [InlineData("0000000000000000", "--cap-drop", "ALL")]
    [InlineData("0000000000002000", "--cap-drop", "all", "--cap-add", "NET_RAW")]
    [InlineData("00000000a80425fa", "--cap-drop", "CAP_CHOWN")]
    [InlineData("00000000aa0425fb", "--cap-add", "SYS_TIME")]
    public void Capabilities_are_added_and_dropped(string mask, params string[] options) =>
        Assert.Equal(mask, house.Shell(Effective, options).Text);

    [Fact]
    public void Users_other_than_root_have_no_effective_capabilities() =>
        Assert.Equal("0000000000000000", house.Shell(Effective, "-u", "1000").Text);

    [Fact]
    public void An_unknown_capability_is_one_sentence() =>
        Assert.Contains("CAP_FLY", house.Shell("true", "--cap-add", "fly").EndedWith(125).Error, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Privileged_has_everything()
    {
        string[] lines = house
            .Shell(
                $"{Effective}; grep Seccomp: /proc/self/status; ls /dev | wc -l; mount -t tmpfs x /mnt 2>&1 || mkdir /m; mount -t tmpfs x /m && echo mounted",
                "--privileged"
            )
            .Succeeded()
            .Lines;

        Assert.EndsWith("ff", lines[0], StringComparison.Ordinal);
        Assert.Equal("Seccomp:\t0", lines[1]);
        Assert.True(int.Parse(lines[2]) > 30, lines[2]);
        Assert.Equal("mounted", lines[^1]);
    }

    [Fact]
    public void The_default_profile_filters_and_refuses_mounts()
    {
        CommandResult result = house.Shell("grep -E 'Seccomp:|NoNewPrivs' /proc/self/status; mount -t tmpfs x /tmp");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Seccomp:\t2", result.Output, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t0", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seccomp=unconfined", "Seccomp:\t0")]
    [InlineData("seccomp:unconfined", "Seccomp:\t0")]
    [InlineData("no-new-privileges", "NoNewPrivs:\t1")]
    [InlineData("no-new-privileges:true", "NoNewPrivs:\t1")]
    [InlineData("no-new-privileges=false", "NoNewPrivs:\t0")]
    public void A_security_option_is_seen_inside(string option, string line) =>
        Assert.Contains(line, house.Shell("cat /proc/self/status", "--security-opt", option).Succeeded().Output, StringComparison.Ordinal);

    [Fact]
    public void A_seccomp_profile_from_a_file_decides()
    {
        string file = house.WriteFile(
            "seccomp.json",
            """
            { "defaultAction": "SCMP_ACT_ALLOW",
              "syscalls": [ { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 93 } ] }
            """
        );

        CommandResult result = house.Shell("touch /x && echo file; mkdir /d", "--security-opt", $"seccomp={file}");

        Assert.Equal("file\n", result.Output);
        Assert.Contains("Protocol not supported", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("{ \"defaultAction\": \"SCMP_ACT_NONSENSE\" }")]
    [InlineData("{ \"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [ { \"names\": [\"mkdir\"], \"action\": \"nope\" } ] }")]
    public void A_bad_seccomp_profile_is_one_sentence_and_starts_nothing(string profile)
    {
        string file = house.WriteFile("bad.json", profile);

        CommandResult result = house.Shell("true", "--security-opt", $"seccomp={file}").EndedWith(125);

        Assert.Contains("seccomp", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(house.Ask("ps", "-aq"));
    }

    [Fact]
    public void A_missing_seccomp_file_is_one_sentence() =>
        Assert.Contains(
            "/no/such/profile",
            house.Shell("true", "--security-opt", "seccomp=/no/such/profile").EndedWith(125).Error,
            StringComparison.Ordinal
        );

    [Fact]
    public void Sensitive_files_are_masked()
    {
        string output = house
            .Shell("cat /proc/kcore /proc/keys | wc -c; touch /proc/sys/kernel/hostname 2>&1; ls /sys/firmware | wc -l")
            .Output;

        Assert.StartsWith("0\n", output, StringComparison.Ordinal);
        Assert.EndsWith("0\n", output, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", output, StringComparison.Ordinal);
    }
}

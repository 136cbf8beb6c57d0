using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Working directory, environment, and finding and executing the program.</summary>
public sealed class ExecutionTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void The_working_directory_is_made_when_it_is_missing()
    {
        TestBundle bundle = house.NewBundle().WithProcess(p => p with { Cwd = "/deep/er/place" }).Command("pwd");
        Assert.Equal("/deep/er/place", house.Run(bundle).Text);
        Assert.True(Directory.Exists($"{bundle.Rootfs}/deep/er/place"));
    }

    [Fact]
    public void A_working_directory_that_only_the_user_may_enter_is_entered()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    Cwd = "/private",
                    User = new User { Uid = 1000, Gid = 1000 },
                    Capabilities = null,
                }
            )
            .Command("pwd");
        Directory.CreateDirectory($"{bundle.Rootfs}/private");
        RunningProgram.Run("chown", ["1000", $"{bundle.Rootfs}/private"]).Succeeded();
        File.SetUnixFileMode($"{bundle.Rootfs}/private", (UnixFileMode)0x1C0);
        Assert.Equal("/private", house.Run(bundle).Text);
    }

    [Fact]
    public void A_working_directory_that_is_a_file_is_one_sentence() =>
        house
            .Run(house.NewBundle().WithProcess(p => p with { Cwd = "/etc/passwd" }))
            .FailedWith(1, "enter the working directory /etc/passwd: not a directory");

    [Fact]
    public void A_relative_working_directory_is_refused() =>
        house.Run(house.NewBundle().WithProcess(p => p with { Cwd = "tmp" })).FailedWith(1, "process.cwd \"tmp\" is not absolute");

    [Fact]
    public void The_environment_is_the_configurations_and_HOME()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p => p with { Env = ["PATH=/bin", "A=1", "B=two words", $"CONEX_TEST={house.Name}"] })
            .Command("env");
        Assert.Equal(
            ["A=1", "B=two words", $"CONEX_TEST={house.Name}", "HOME=/root", "PATH=/bin"],
            house.Run(bundle).Succeeded().Lines.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_first_executable_on_PATH_is_run()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p => p with { Env = ["PATH=/first:/no/such:/second:/third", $"CONEX_TEST={house.Name}"] })
            .Command("tool");
        foreach (string name in (string[])["first", "second", "third"])
        {
            Directory.CreateDirectory($"{bundle.Rootfs}/{name}");
            bundle.Program($"/{name}/tool", System.Text.Encoding.ASCII.GetBytes($"#!/bin/sh\necho {name}\n"));
        }
        File.SetUnixFileMode($"{bundle.Rootfs}/first/tool", (UnixFileMode)0x1A4);
        Assert.Equal("second", house.Run(bundle).Text);
    }

    [Theory]
    [InlineData("no-such-program", "exec: \"no-such-program\": executable file not found in $PATH")]
    [InlineData("/no/such/program", "exec: \"/no/such/program\": stat /no/such/program: no such file or directory")]
    [InlineData("/etc/passwd", "exec: \"/etc/passwd\": permission denied")]
    [InlineData("/etc/passwd/x", "exec: \"/etc/passwd/x\": not a directory")]
    [InlineData("/tmp", "exec: \"/tmp\": ")]
    [InlineData("/bad", "exec: \"/bad\": exec format error")]
    [InlineData(
        "/orphan",
        "exec: \"/orphan\": stat /orphan: no such file or directory (or the interpreter or dynamic loader that it names is missing)"
    )]
    public void A_program_that_cannot_be_executed_is_one_sentence(string program, string phrase)
    {
        TestBundle bundle = house
            .NewBundle()
            .Program("/bad", [0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 0, 0, 0])
            .Program("/orphan", "#!/no/such/interpreter\n"u8.ToArray())
            .Command(program);
        house.Run(bundle).FailedWith(1, phrase);
    }

    [Fact]
    public void A_missing_program_is_an_error_of_create()
    {
        TestBundle bundle = house.NewBundle().Command("no-such-program");
        bundle.Write();
        house.Do("create", "--bundle", bundle.Path, house.Id).FailedWith(1, "executable file not found in $PATH");
    }

    [Theory]
    [InlineData("")]
    [InlineData("trap '' HUP INT QUIT PIPE TERM CHLD TSTP TTIN TTOU;")]
    public void Signals_have_their_default_actions_and_none_is_blocked_whatever_the_caller_ignores(string caller)
    {
        TestBundle bundle = house.NewBundle().Shell("exec grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status");
        bundle.Write();
        CommandResult result = RunningProgram.Run(
            "/bin/sh",
            ["-c", $"{caller} exec {house.Program} --root {house.StateRoot} run -b {bundle.Path} {house.Id}"]
        );
        Assert.Equal(["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000", "SigCgt:\t0000000000000000"], result.Succeeded().Lines);
    }

    [Fact]
    public void What_is_for_other_systems_or_of_a_later_specification_is_ignored()
    {
        TestBundle bundle = house.NewBundle().Shell("echo ran");
        bundle.Write();
        string file = $"{bundle.Path}/config.json";
        const string others = """
            "windows":{"layerFolders":["a"]},"solaris":{"milestone":"x"},"zos":{"namespaces":[{"type":"pid"}]},"freebsd":{"jail":{}},
            "vm":{"hypervisor":{"path":"/no/such"},"kernel":{"path":"/no/such"}},"tomorrow":[{"a":{}}],
            """;
        File.WriteAllText(
            file,
            File.ReadAllText(file)
                .Replace("\"ociVersion\":\"1.2.0\"", $"{others}\"ociVersion\":\"1.99.0\"", StringComparison.Ordinal)
                .Replace("\"linux\":{", "\"linux\":{\"tomorrow\":1,", StringComparison.Ordinal)
        );
        Assert.Contains("tomorrow", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal("ran", house.Do("run", "--bundle", bundle.Path, house.Id).Text);
    }

    [Fact]
    public void A_script_is_run_by_its_interpreter()
    {
        TestBundle bundle = house.NewBundle().Program("/script", "#!/bin/sh\necho \"$0 $1\"\n"u8.ToArray()).Command("/script", "argument");
        Assert.Equal("/script argument", house.Run(bundle).Text);
    }
}

using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Options and names that callers of runc and crun use and no other test is about.</summary>
public sealed class FlagTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void The_configuration_may_have_another_name()
    {
        TestBundle bundle = house.NewBundle().Shell("echo other");
        bundle.Write();
        string file = $"{house.Place}/other.json";
        File.Move($"{bundle.Path}/config.json", file);
        Assert.Equal("other", house.Do("run", "--bundle", bundle.Path, "--config", file, house.Id).Text);
        using RunningProgram created = house.Begin("create", "--bundle", bundle.Path, "-f", file, house.Id);
        created.WaitForExit().Succeeded();
        house.Do("start", house.Id).Succeeded();
        Assert.Equal("other\n", created.Finish().Output);
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Without_a_pivot_the_container_has_its_own_root()
    {
        TestBundle bundle = house.NewBundle().Shell($"ls / | sort | xargs; test -e {house.Place} || echo hidden");
        bundle.Write();
        Assert.Equal((true, false), Calls());
        Assert.Equal((false, true), Calls("--no-pivot"));

        (bool Pivots, bool Moves) Calls(params string[] options)
        {
            string trace = $"{house.Place}/trace";
            string[] run = [house.Program, "--root", house.StateRoot, "run", "--bundle", bundle.Path, .. options, house.Id];
            CommandResult result = RunningProgram.Run(
                Product.OfMachine("strace", "strace"),
                ["-f", "-e", "trace=pivot_root,chroot", "-o", trace, .. run]
            );
            Assert.Equal(["bin dev etc proc root sys tmp usr var", "hidden"], result.Succeeded().Lines);
            string calls = File.ReadAllText(trace);
            return (calls.Contains("pivot_root(", StringComparison.Ordinal), calls.Contains("chroot(", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_unknown_capability_is_left_out()
    {
        TestBundle bundle = house.NewBundle().Capabilities("CAP_KILL", "CAP_OF_TOMORROW").Shell("grep CapEff /proc/self/status | cut -f2");
        CommandResult result = house.Run(bundle);
        Assert.Equal("0000000000000020", result.Text);
        Assert.Contains("ignoring unknown or unavailable capabilities: [CAP_OF_TOMORROW]", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_root_of_the_file_system_holds_no_state() =>
        RunningProgram.Run(house.Program, ["--root", "/", "list"]).FailedWith(1, "--root must not be the root of the file system");

    [Theory]
    [InlineData("--debug")]
    [InlineData("--rootless", "true")]
    [InlineData("--criu", "/usr/sbin/criu")]
    [InlineData("--log-level", "debug")]
    public void Options_of_others_are_taken(params string[] options) =>
        Assert.Equal("null", RunningProgram.Run(house.Program, ["--root", house.StateRoot, .. options, "list", "-f", "json"]).Text);

    [Fact]
    public void The_version_has_the_lines_that_docker_reads()
    {
        string[] lines = RunningProgram.Run(house.Program, ["--version"]).Succeeded().Lines;
        Assert.StartsWith("conex-runtime version ", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("commit: ", StringComparison.Ordinal));
        Assert.Contains("spec: 1.3.0", lines);
    }

    [Fact]
    public void An_unknown_command_ends_with_3_and_an_unknown_flag_with_1()
    {
        house.Do("no-such-command").EndedWith(3);
        house.Do("state", "--no-such-flag", "x").EndedWith(1);
    }
}

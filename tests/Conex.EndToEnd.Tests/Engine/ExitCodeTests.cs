using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>How <c>run</c> ends.</summary>
public sealed class ExitCodeTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("exit 255", 255)]
    public void Run_returns_the_code_of_the_container(string script, int code) => house.Shell(script).EndedWith(code);

    [Fact]
    public void A_signal_that_ends_the_program_is_128_and_its_number() => house.Shell("kill -SEGV $$", "--init").EndedWith(139);

    [Theory]
    [InlineData("no-such-program", 127, "executable file not found in $PATH")]
    [InlineData("/no/such/program", 127, "no such file or directory")]
    [InlineData("/etc/passwd", 126, "permission denied")]
    [InlineData("/etc", 126, "exec: \"/etc\": ")]
    public void A_program_that_cannot_run_is_one_sentence_and_a_shells_code(string program, int code, string phrase)
    {
        CommandResult result = house.Do("run", "--rm", "--network", "none", "box", program).EndedWith(code);

        Assert.Contains(phrase, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n'), line => line.Contains("Error response from daemon", StringComparison.Ordinal));
        Assert.DoesNotContain("Error waiting", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_whose_program_is_missing_stays_with_its_error_unless_rm_was_asked_for()
    {
        house.Do("run", "--name", "never", "--network", "none", "box", "no-such-program").EndedWith(127);

        Assert.Equal("created", house.Status("never"));
        Assert.Equal(127, house.State("never").GetProperty("ExitCode").GetInt32());
        Assert.Contains("no-such-program", house.State("never").GetProperty("Error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signal.SIGTERM, 143)]
    [InlineData(Signal.SIGINT, 130)]
    [InlineData(Signal.SIGUSR1, 7)]
    public void Signals_to_conex_reach_the_container(Signal signal, int code)
    {
        RunningProgram run = house.Begin(
            "run",
            "--rm",
            "--network",
            "none",
            "box",
            "sh",
            "-c",
            "trap 'exit 143' TERM; trap 'exit 130' INT; trap 'exit 7' USR1; echo ready; while :; do sleep 0.05; done"
        );
        run.WaitForOutput("ready");

        run.Signal(signal);

        Assert.Equal(code, run.Finish().ExitCode);
    }

    [Fact]
    public void A_killed_container_ends_run_with_137()
    {
        RunningProgram run = house.Begin("run", "--name", "victim", "--network", "none", "box", "sh", "-c", "echo ready; sleep 1000000");
        run.WaitForOutput("ready");

        house.Do("kill", "victim").Succeeded();

        Assert.Equal(137, run.Finish().ExitCode);
        Assert.False(house.State("victim").GetProperty("OOMKilled").GetBoolean());
    }
}

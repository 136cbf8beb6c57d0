using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>How <c>run</c> ends.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(255)]
    public void Run_returns_the_payloads_exit_code(int code) => house.Run(house.NewBundle().Shell($"exit {code}")).EndedWith(code);

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("SEGV", 139)]
    [InlineData("KILL", 137)]
    public void Run_returns_128_and_the_signal_that_ended_the_payload(string signal, int code) =>
        // Not as init of a PID namespace, which gets no signal that it has no handler for.
        house.Run(house.NewBundle().WithoutNamespace("pid").Shell($"kill -{signal} $$; sleep 1000000")).EndedWith(code);

    [Fact]
    public void Run_returns_137_when_init_is_killed_from_outside()
    {
        using RunningProgram run = house.BeginRun(house.NewBundle().Shell("echo ready; exec sleep 1000000"), until: "ready");
        house.Do("kill", house.Id, "KILL").Succeeded();
        Assert.Equal(137, run.Finish().ExitCode);
    }

    [Fact]
    public void Run_passes_standard_input_output_and_error()
    {
        TestBundle bundle = house.NewBundle().Shell("cat; echo to-error >&2");
        bundle.Write();
        CommandResult result = RunningProgram.Run(
            house.Program,
            ["--root", house.StateRoot, "run", "-b", bundle.Path, house.Id],
            input: "through\n"
        );
        Assert.Equal("through", result.Text);
        Assert.Equal("to-error\n", result.Error);
    }

    [Fact]
    public void Run_forwards_signals_to_the_payload()
    {
        TestBundle bundle = house.NewBundle().Shell("trap 'echo got it; exit 3' USR1; echo ready; while :; do sleep 0.05; done");
        using RunningProgram run = house.BeginRun(bundle, until: "ready");
        run.Signal(Signal.SIGUSR1);
        CommandResult result = run.Finish();
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("got it", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_with_keep_leaves_the_state_of_the_stopped_container()
    {
        house.Run(house.NewBundle().Shell("exit 7"), "--keep").EndedWith(7);
        Assert.Equal("stopped", house.Status());
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Run_detached_returns_while_the_container_runs()
    {
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        using RunningProgram run = house.Begin("run", "--detach", "--bundle", bundle.Path, house.Id);
        run.WaitForExit().Succeeded();
        Assert.Equal("running", house.Status());
        house.Remove();
    }
}

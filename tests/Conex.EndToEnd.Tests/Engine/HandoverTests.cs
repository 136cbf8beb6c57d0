using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>A conex of another build replaces the daemon; what runs does not notice. The crash build, not told to crash, is the other build.</summary>
public sealed class HandoverTests : IDisposable
{
    private readonly EngineHouse house = new() { Programs = Programs.OfCrashBuild };

    public void Dispose() => house.Dispose();

    [Fact]
    public void The_next_build_takes_the_containers_over()
    {
        string id = house.RunSleeper("--name", "old");
        int pid = house.PidOf(id);
        int daemon = house.Daemon;

        house.Programs = Programs.OfProduct;

        Assert.Equal(id[..12], house.Ask("ps", "-q"));
        Eventually.True(() => HostProcesses.IsGone(daemon), "the old daemon has left");
        Assert.Equal(pid, house.PidOf("old"));
        Assert.Equal("fine", house.Ask("exec", "old", "echo", "fine"));
        house.Do("stop", "-t", "0", "old").Succeeded();
        Assert.Equal(137, house.State("old").GetProperty("ExitCode").GetInt32());
    }

    [Fact]
    public void An_attached_run_goes_on_and_gets_its_code()
    {
        // A web server that stops cuts what is left after half a minute, unless it is told not to.
        TimeSpan longerThanHosts = TimeSpan.FromSeconds(33);
        RunningProgram run = house.Begin(
            "run",
            "-i",
            "--name",
            "attached",
            "--network",
            "none",
            "box",
            "sh",
            "-c",
            "echo ready; read line; echo got $line; exit 5"
        );
        run.WaitForOutput("ready");

        house.Programs = Programs.OfProduct;
        house.Do("version").Succeeded();
        Assert.False(Eventually.Becomes(() => run.HasExited, longerThanHosts), run.Error);
        run.Send("hello\n");

        CommandResult result = run.Finish();
        Assert.Equal("ready\ngot hello\n", result.Output);
        Assert.Equal(5, result.ExitCode);
    }

    [Fact]
    public void Who_waits_gets_the_code()
    {
        string id = house.RunScript("while [ ! -e /told ]; do sleep 0.05; done; exit 6");
        RunningProgram wait = house.Begin("wait", id);
        RunningProgram removed = house.Begin("run", "--rm", "--network", "none", "box", "sh", "-c", "echo ready; sleep 1; exit 7");
        removed.WaitForOutput("ready");

        house.Programs = Programs.OfProduct;
        house.Do("exec", id, "touch", "/told").Succeeded();

        Assert.Equal("6\n", wait.Finish().Succeeded().Output);
        Assert.Equal(7, removed.Finish().ExitCode);
    }

    [Fact]
    public void A_second_daemon_leaves_at_once()
    {
        house.Do("version").Succeeded();
        int first = house.Daemon;

        house.DoProgram(house.Programs.Conexd).Succeeded();

        Assert.Equal(first, house.Daemon);
    }
}

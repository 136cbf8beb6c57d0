using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>A monitor that dies takes its container with it, and that is said.</summary>
public sealed class MonitorDeathTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    /// <summary>Ignores what can be ignored, and has children that parted from it.</summary>
    private const string Stubborn =
        "trap '' TERM HUP INT; (setsid sleep 1000000 &) ; setsid sh -c 'sleep 1000000 & wait' & echo ready; while :; do sleep 1; done";

    public void Dispose() => house.RequireClean();

    [Fact]
    public void The_container_is_ended_reported_and_cleaned()
    {
        string id = house.RunScript(Stubborn);
        house.WaitForLog(id, "ready");

        HostProcesses.Kill(house.MonitorOf(id));

        Assert.Equal("137", house.Ask("wait", id));
        JsonElement state = house.State(id);
        Assert.Equal("exited", state.GetProperty("Status").GetString());
        Assert.Equal("the monitor of the container died", state.GetProperty("Error").GetString());
        house.WaitForNoTraceOf(id);
        house.Do("start", id).Succeeded();
        Assert.Equal("running", house.Status(id));
    }

    [Fact]
    public void An_attached_run_says_what_happened()
    {
        RunningProgram run = house.Begin("run", "--name", "lost", "--network", "none", "box", "sh", "-c", Stubborn);
        run.WaitForOutput("ready");

        HostProcesses.Kill(house.MonitorOf(house.Ask("inspect", "-f", "{{.Id}}", "lost")));

        CommandResult result = run.Finish();
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("the monitor of the container died", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_with_rm_is_removed()
    {
        string id = house.RunSleeper("--rm");

        HostProcesses.Kill(house.MonitorOf(id));

        Eventually.True(() => house.TryInspect(id) is null, "the container is removed");
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void Execs_end_with_it()
    {
        string id = house.RunSleeper();
        RunningProgram exec = house.Begin("exec", id, "sh", "-c", "echo ready; sleep 1000000");
        exec.WaitForOutput("ready");

        HostProcesses.Kill(house.MonitorOf(id));

        Assert.Equal(137, exec.Finish().ExitCode);
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void The_death_of_an_execs_monitor_ends_the_exec_only()
    {
        string id = house.RunSleeper();
        RunningProgram exec = house.Begin("exec", id, "sh", "-c", "echo ready; sleep 2000000");
        exec.WaitForOutput("ready");

        HostProcesses.Kill(ExecMonitorOf(id));

        Assert.NotEqual(0, exec.Finish().ExitCode);
        Assert.Equal("running", house.Status(id));
        Eventually.True(() => !house.Ask("top", id).Contains("2000000", StringComparison.Ordinal), "the process of the exec has ended");
        Assert.Equal("fine", house.Ask("exec", id, "echo", "fine"));
    }

    [Fact]
    public void When_daemon_and_monitor_die_the_next_daemon_cleans()
    {
        string id = house.RunScript(Stubborn);
        house.WaitForLog(id, "ready");
        int monitor = house.MonitorOf(id);
        // The daemon first: it must not see the monitor go.
        house.KillDaemon();
        HostProcesses.Kill(monitor);

        JsonElement state = house.State(id);

        Assert.Equal("exited", state.GetProperty("Status").GetString());
        Assert.Equal(137, state.GetProperty("ExitCode").GetInt32());
        Assert.Equal("the monitor of the container died", state.GetProperty("Error").GetString());
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void A_stopped_monitor_does_not_hold_the_daemon()
    {
        string frozen = house.RunSleeper();
        int monitor = house.MonitorOf(frozen);
        Signals.Send(monitor, Signal.SIGSTOP);
        try
        {
            Assert.Equal("fine", house.Shell("echo fine").Text);
            Assert.Equal(frozen[..12], house.Ask("ps", "-q"));
        }
        finally
        {
            Signals.Send(monitor, Signal.SIGCONT);
        }
    }

    private int ExecMonitorOf(string id) =>
        new LeakCheck(house.Name)
            .ProcessNumbers()
            .Single(p => HostProcesses.CommandLine(p) is var c && c.Contains("monitor") && c.Contains("--exec") && c[^1] == id);
}

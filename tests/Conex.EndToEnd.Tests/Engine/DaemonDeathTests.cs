using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Containers do not depend on the daemon: it dies at any moment, they run on, and the next one knows them.</summary>
public sealed class DaemonDeathTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    /// <summary>Stays until somebody writes the code to end with.</summary>
    private const string UntilTold = "while [ ! -e /told ]; do echo tick; sleep 0.05; done; exit $(cat /told)";

    public void Dispose() => house.RequireClean();

    [Fact]
    public void Containers_run_on_and_the_next_daemon_knows_them()
    {
        string id = house.RunScript(UntilTold, "--name", "survivor", "-l", "kept=yes");
        int pid = house.PidOf(id);
        int first = house.Daemon;

        house.KillDaemon();

        Assert.True(Directory.Exists($"/proc/{pid}"));
        Assert.Equal(id[..12], house.Ask("ps", "-q", "-f", "label=kept=yes"));
        Assert.NotEqual(first, house.Daemon);
        Assert.Equal(pid, house.PidOf("survivor"));
        Assert.Contains("tick", house.Ask("logs", "-n", "3", id), StringComparison.Ordinal);
        Assert.Equal("in", house.DoOnHost($"echo in | $CONEX exec -i {id} cat").Text);
        RunningProgram attach = house.Begin("attach", id);
        attach.WaitForOutput("tick");
        RunningProgram wait = house.Begin("wait", id);
        house.Do("exec", id, "sh", "-c", "echo 17 > /new; mv /new /told").Succeeded();
        Assert.Equal("17\n", wait.Finish().Output);
        Assert.Equal(17, attach.Finish().ExitCode);
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void A_container_of_a_dead_daemon_stops_as_any_other()
    {
        string id = house.RunScript("trap 'exit 19' TERM; echo ready; while :; do sleep 0.05; done");
        house.WaitForLog(id, "ready");
        house.KillDaemon();

        house.Do("stop", id).Succeeded();

        Assert.Equal(19, house.State(id).GetProperty("ExitCode").GetInt32());
        house.WaitForNoTraceOf(id);
    }

    [Theory]
    [InlineData("exit 23", 23)]
    [InlineData("exit 0", 0)]
    public void An_end_that_nobody_saw_has_its_true_code(string end, int code)
    {
        string id = house.RunScript($"while [ ! -e /v/go-{code} ]; do sleep 0.05; done; echo last words; {end}", "-v", $"{house.Place}:/v");
        int pid = house.PidOf(id);
        house.KillDaemon();

        house.WriteFile($"go-{code}", "");
        Eventually.True(() => HostProcesses.IsGone(pid), "the container ends");

        Assert.Equal($"{code}", house.Ask("wait", id));
        JsonElement state = house.State(id);
        Assert.Equal("exited", state.GetProperty("Status").GetString());
        Assert.Equal("", state.GetProperty("Error").GetString());
        Assert.Contains("last words", house.Ask("logs", id), StringComparison.Ordinal);
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void A_container_with_rm_that_ended_meanwhile_is_removed_by_the_daemon_that_its_monitor_starts()
    {
        string id = house.RunScript("while [ ! -e /v/go ]; do sleep 0.05; done", "--rm", "-v", $"{house.Place}:/v");
        house.KillDaemon();

        house.WriteFile("go", "");

        Eventually.True(() => house.Daemons().Count == 1, "the monitor starts a daemon");
        Eventually.True(() => !Directory.Exists($"{house.DataRoot}/containers/{id}"), "the container is removed");
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void A_container_with_rm_that_runs_on_is_removed_by_the_next_daemon_at_its_end()
    {
        string id = house.RunSleeper("--rm");
        house.KillDaemon();

        house.Do("kill", id).Succeeded();

        Eventually.True(() => house.TryInspect(id) is null, "the container is removed");
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void An_attached_conex_ends_with_a_sentence_and_the_container_runs_on()
    {
        RunningProgram run = house.Begin("run", "--name", "attached", "--network", "none", "box", "sh", "-c", UntilTold);
        run.WaitForOutput("tick");

        house.KillDaemon();

        CommandResult result = run.Finish();
        Assert.NotEqual(0, result.ExitCode);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'), l => l.Length > 0 && !l.StartsWith("Run '", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal("running", house.Status("attached"));
        RunningProgram again = house.Begin("attach", "attached");
        again.WaitForOutput("tick");
        house.Do("exec", "attached", "sh", "-c", "echo 3 > /new; mv /new /told").Succeeded();
        Assert.Equal(3, again.Finish().ExitCode);
    }

    [Fact]
    public void Following_logs_end_and_can_be_followed_again_without_a_gap()
    {
        string id = house.RunScript("i=1; while [ ! -e /told ]; do echo $i; i=$((i+1)); sleep 0.02; done");
        RunningProgram logs = house.Begin("logs", "-f", id);
        logs.WaitForOutput("3\n");

        house.KillDaemon();

        logs.Finish();
        RunningProgram again = house.Begin("logs", "-f", id);
        again.WaitForOutput("30\n");
        house.Do("exec", id, "touch", "/told").Succeeded();
        string[] lines = again.Finish().Succeeded().Lines;
        Assert.Equal(Enumerable.Range(1, lines.Length).Select(i => $"{i}"), lines);
    }

    [Fact]
    public void Execs_go_on_and_their_ends_are_cleaned()
    {
        string id = house.RunSleeper();
        house.Do("exec", "-d", id, "sh", "-c", "while [ ! -e /told ]; do sleep 0.05; done; touch /done").Succeeded();

        house.KillDaemon();

        house.Do("exec", id, "touch", "/told").Succeeded();
        Eventually.True(() => house.Do("exec", id, "test", "-e", "/done").ExitCode == 0, "the exec did its work");
        Eventually.True(() => EngineRemains.Entries($"{house.RunRoot}/containers/{id}/exec").Length == 0, "its directory is removed");
    }

    [Fact]
    public void A_terminal_survives()
    {
        var first = new TerminalSession(house, "$CONEX run --name shell --network none -it box sh");
        first.WaitFor("# ");
        // What was typed and not yet passed on dies with the daemon.
        first.Type("MARK=kept; echo ta''ken\n");
        first.WaitFor("taken");

        house.KillDaemon();

        first.Finish();
        var second = new TerminalSession(house, "stty rows 40 cols 120; $CONEX attach shell");
        Eventually.True(
            () =>
            {
                second.Type("echo $MARK$((1+1)) $(stty size)\n");
                return second.Screen.Contains("kept2 40 120");
            },
            "the shell answers"
        );
        second.Type("exit 6\n");
        second.Finish().EndedWith(6);
    }

    [Fact]
    public void A_full_pipe_waits_for_the_next_daemon_and_loses_nothing()
    {
        string id = house.RunScript("i=1; while [ $i -le 20000 ]; do echo line $i; i=$((i+1)); done; sleep 1000000");

        house.KillDaemon();

        house.WaitForLog(id, "line 20000");
        Assert.Equal(Enumerable.Range(1, 20000).Select(i => $"line {i}"), house.Do("logs", id).Lines);
    }

    [Fact]
    public void Killed_in_the_middle_of_everything_the_next_daemon_has_a_sound_state()
    {
        for (int round = 0; round < 6; round++)
        {
            RunningProgram[] work =
            [
                house.Begin("run", "-d", "--network", "none", "box", "sleep", "1000000"),
                house.Begin("run", "--rm", "--network", "none", "box", "true"),
                house.Begin("run", "-d", "--rm", "--network", "none", "box", "sh", "-c", "exit 3"),
                house.Begin("import", TestImages.BoxTar, $"killed:{round}"),
                house.Begin("rm", "-f", house.RunSleeper()),
            ];
            Thread.Sleep(round * 30);
            house.KillDaemon();
            Assert.All(work, w => w.Finish());

            foreach (string id in house.Do("ps", "-aq", "--no-trunc").Succeeded().Lines.Where(l => l.Length > 0))
            {
                // Done or undone, nothing between.
                Eventually.True(() => house.TryInspect(id) is not { } c || IsSound(c), $"container {id} is sound");
            }
            foreach (string image in house.Do("images", "-q", "--no-trunc").Lines.Distinct())
            {
                house.Do("create", "--name", "probe", image, "true").Succeeded();
                house.Do("rm", "probe").Succeeded();
            }
        }
        _ = house.Daemon;
    }

    private bool IsSound(JsonElement container)
    {
        string id = container.GetProperty("Id").GetString()!;
        return container.GetProperty("State").GetProperty("Status").GetString() switch
        {
            "running" => house.Do("exec", id, "true").ExitCode == 0,
            "created" or "exited" => house.TracesOf(id).Count == 0,
            _ => false,
        };
    }
}

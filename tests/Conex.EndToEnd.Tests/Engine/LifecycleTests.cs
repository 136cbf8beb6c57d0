using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>From create to remove.</summary>
public sealed class LifecycleTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Fact]
    public void Run_d_prints_the_id_and_returns_while_the_container_runs()
    {
        string id = house.RunSleeper();

        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal("running", house.Status(id));
        Assert.True(Directory.Exists($"/proc/{house.PidOf(id)}"));
    }

    [Fact]
    public void Rm_removes_a_container_with_its_end()
    {
        string id = house.RunScript("exit 0", "--rm");

        Eventually.True(() => house.TryInspect(id) is null, "the container is removed");
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void Create_start_wait()
    {
        string id = house.Ask("create", "--name", "steps", "--network", "none", "box", "sh", "-c", "echo ran; exit 4");
        Assert.Equal("created", house.Status(id));

        Assert.Equal("steps", house.Ask("start", "steps"));
        Assert.Equal("4", house.Ask("wait", "steps"));

        Assert.Equal("exited", house.Status(id));
        Assert.Equal("ran", house.Ask("logs", id));
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void Wait_waits_for_several_and_prints_their_codes_in_order()
    {
        string slow = house.RunScript("sleep 0.5; exit 2");
        string fast = house.RunScript("exit 3");

        Assert.Equal("2\n3", house.Ask("wait", slow, fast));
    }

    [Fact]
    public void Stop_gives_the_program_a_chance()
    {
        string id = house.RunScript("trap 'echo bye; exit 6' TERM; echo ready; while :; do sleep 0.05; done");
        house.WaitForLog(id, "ready");

        Assert.Equal(id, house.Ask("stop", id));

        Assert.Equal(6, house.State(id).GetProperty("ExitCode").GetInt32());
        Assert.Contains("bye", house.Ask("logs", id), StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_kills_what_does_not_listen()
    {
        string id = house.RunScript("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        house.WaitForLog(id, "ready");

        house.Do("stop", "-t", "1", id).Succeeded();

        Assert.Equal(137, house.State(id).GetProperty("ExitCode").GetInt32());
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void Stop_sends_the_signal_that_was_asked_for()
    {
        string id = house.RunScript(
            "trap 'exit 11' HUP; trap 'exit 12' USR2; echo ready; while :; do sleep 0.05; done",
            "--stop-signal",
            "HUP"
        );
        house.WaitForLog(id, "ready");
        house.Do("stop", id).Succeeded();
        Assert.Equal(11, house.State(id).GetProperty("ExitCode").GetInt32());

        house.Do("start", id).Succeeded();
        Eventually.True(() => house.Ask("logs", id).Split("ready").Length == 3, "it is ready again");
        house.Do("stop", "-s", "SIGUSR2", id).Succeeded();

        Assert.Equal(12, house.State(id).GetProperty("ExitCode").GetInt32());
    }

    [Fact]
    public void Stop_of_a_stopped_container_does_nothing()
    {
        string id = house.RunScript("exit 0");
        house.Do("wait", id).Succeeded();

        Assert.Equal(id, house.Ask("stop", id));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("SIGTERM")]
    [InlineData("15")]
    public void Kill_sends_a_signal(string signal)
    {
        string id = house.RunScript("trap 'exit 21' TERM; echo ready; while :; do sleep 0.05; done");
        house.WaitForLog(id, "ready");

        house.Do("kill", "-s", signal, id).Succeeded();

        Assert.Equal("21", house.Ask("wait", id));
    }

    [Fact]
    public void Kill_of_what_does_not_run_and_an_unknown_signal_are_one_sentence()
    {
        string id = house.RunScript("exit 0", "--name", "done");
        house.Do("wait", id).Succeeded();

        house.Do("kill", "done").FailedWith(1, "is not running");
        house.Do("kill", "-s", "NONSENSE", "done").FailedWith(1, "NONSENSE");
    }

    [Fact]
    public void Rm_refuses_a_running_container_unless_forced()
    {
        string id = house.RunSleeper("--name", "busy");

        house.Do("rm", "busy").FailedWith(1, "is running");
        Assert.Equal("busy", house.Ask("rm", "-f", "busy"));

        Assert.Null(house.TryInspect(id));
        house.WaitForNoTraceOf(id);
    }

    [Fact]
    public void Rm_of_nobody_fails_and_forced_only_says_so()
    {
        house.Do("rm", "nobody").FailedWith(1, "No such container: nobody");
        Assert.Contains("No such container: nobody", house.Do("rm", "-f", "nobody").Succeeded().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_started_again_container_keeps_what_it_wrote()
    {
        string id = house.RunScript("echo run >> /runs; wc -l < /runs");
        house.Do("wait", id).Succeeded();

        house.Do("start", id).Succeeded();
        house.Do("wait", id).Succeeded();
        CommandResult third = house.Do("start", "-a", id).Succeeded();

        Assert.Equal("3\n", third.Output);
        Assert.Equal("1\n2\n3", house.Ask("logs", id));
    }

    [Fact]
    public void Start_a_i_passes_input_and_code()
    {
        string id = house.Ask("create", "-i", "--network", "none", "box", "sh", "-c", "cat; exit 5");

        CommandResult result = house.DoOnHost($"echo hi | $CONEX start -a -i {id}");

        Assert.Equal(5, result.ExitCode);
        Assert.Equal("hi\n", result.Output);
    }

    [Fact]
    public void Start_of_a_running_container_does_nothing()
    {
        string id = house.RunSleeper();
        int pid = house.PidOf(id);

        house.Do("start", id).Succeeded();

        Assert.Equal(pid, house.PidOf(id));
    }

    [Fact]
    public void Attach_shows_what_comes_and_returns_the_code()
    {
        string id = house.RunScript("while [ ! -e /go ]; do sleep 0.05; done; echo seen; exit 13");
        RunningProgram attach = house.Begin("attach", id);
        Eventually.True(() => house.Ask("exec", id, "true").Length == 0, "the container runs");
        RunningProgram second = house.Begin("attach", "--no-stdin", id);
        Eventually.True(() => AttachedTo(id) == 2, "both are attached");

        house.Do("exec", id, "touch", "/go").Succeeded();

        CommandResult result = attach.Finish();
        Assert.Equal(13, result.ExitCode);
        Assert.Equal("seen\n", result.Output);
        Assert.Equal("seen\n", second.Finish().Output);
    }

    [Fact]
    public void Attach_to_what_does_not_run_is_one_sentence()
    {
        string id = house.RunScript("exit 0");
        house.Do("wait", id).Succeeded();

        Assert.Contains("stopped container", house.Do("attach", id).EndedWith(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void State_tells_when_and_how()
    {
        string id = house.RunScript("exit 3");
        house.Do("wait", id).Succeeded();

        JsonElement state = house.State(id);

        Assert.Equal(3, state.GetProperty("ExitCode").GetInt32());
        Assert.Equal(0, state.GetProperty("Pid").GetInt32());
        Assert.False(state.GetProperty("Running").GetBoolean());
        DateTimeOffset started = state.GetProperty("StartedAt").GetDateTimeOffset();
        Assert.InRange(state.GetProperty("FinishedAt").GetDateTimeOffset(), started, started.AddMinutes(5));
    }

    [Fact]
    public void Twenty_containers_at_once_start_one_daemon_and_all_answer()
    {
        house.StopDaemon();

        CommandResult[] results =
        [
            .. Enumerable
                .Range(0, 20)
                .AsParallel()
                .WithDegreeOfParallelism(20)
                .Select(i => house.Do("run", "--rm", "--network", "none", "box", "sh", "-c", $"echo {i}; exit {i}")),
        ];

        Assert.All(results, r => Assert.Equal($"{r.ExitCode}\n", r.Output));
        Assert.Equal(Enumerable.Range(0, 20), results.Select(r => r.ExitCode).Order());
        _ = house.Daemon;
    }

    [Fact]
    public void A_name_is_given_to_one_of_many_that_want_it()
    {
        CommandResult[] results =
        [
            .. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => house.Do("create", "--name", "wanted", "box")),
        ];

        Assert.Single(results, r => r.ExitCode == 0);
        Assert.All(
            results.Where(r => r.ExitCode != 0),
            r => Assert.Contains("is already in use by container", r.Error, StringComparison.Ordinal)
        );
    }

    /// <summary>How many clients the monitor of a container serves beside the engine's own connection.</summary>
    private int AttachedTo(string id)
    {
        string socket = $"{house.RunRoot}/containers/{id}/monitor.sock";
        int monitor = house.MonitorOf(id);
        int sockets = Directory
            .GetFileSystemEntries($"/proc/{monitor}/fd")
            .Count(fd => Link(fd).StartsWith("socket:", StringComparison.Ordinal));
        return File.Exists(socket) ? sockets - 2 : 0;
    }

    private static string Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}

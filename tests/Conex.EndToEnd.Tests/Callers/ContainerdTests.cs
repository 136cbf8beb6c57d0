using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>containerd's shim drives this runtime.</summary>
public class ContainerdTests(Containerd containerd) : IClassFixture<Containerd>
{
    [Fact]
    public void Run()
    {
        CommandResult result = containerd
            .Do([.. Containerd.Run("--rm", Containerd.Image, "run"), "sh", "-c", "echo out; echo err >&2; exit 3"])
            .EndedWith(3);

        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        Assert.DoesNotContain("run", containerd.Ask("container", "ls", "-q").Split('\n'));
    }

    [Theory]
    [InlineData("no-such-program", "executable file not found in $PATH")]
    [InlineData("/no/such", "no such file or directory")]
    [InlineData("/etc/passwd", "permission denied")]
    public void A_program_that_cannot_run(string program, string phrase)
    {
        CommandResult result = containerd.Do([.. Containerd.Run("--rm", Containerd.Image, "wrong"), program]).EndedWith(1);

        Assert.Contains("OCI runtime create failed: unable to start container process", result.Error, StringComparison.Ordinal);
        Assert.Contains(phrase, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_run_hold()
    {
        string[] lines = containerd
            .Do([
                .. Containerd.Run("--rm", "--read-only", "--seccomp", "--env", "A=b", "--cwd", "/etc"),
                .. (string[])["--memory-limit", "67108864", "--cpus", "0.5", Containerd.Image, "options", "sh", "-c"],
                "pwd; echo $A; touch /x 2>/dev/null || echo read-only; grep -E 'NoNewPrivs|Seccomp:' /proc/self/status",
            ])
            .Succeeded()
            .Lines;

        Assert.Equal(["/etc", "b", "read-only", "NoNewPrivs:\t1", "Seccomp:\t2"], lines);
    }

    [Fact]
    public void Limits_reach_the_cgroup()
    {
        containerd.RunDetached("limits", "--memory-limit", "67108864", "--cpu-quota", "50000", "--cpu-period", "100000");

        Assert.Equal("67108864", containerd.House.Cgroup("limits", "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.StartsWith("50000", containerd.House.Cgroup("limits", "cpu", "cpu.cfs_quota_us", "cpu.max"), StringComparison.Ordinal);
        containerd.Remove("limits");
    }

    [Fact]
    public void Exec()
    {
        containerd.RunDetached("exec");

        CommandResult result = containerd
            .Do("task", "exec", "--exec-id", "one", "exec", "sh", "-c", "echo out; echo err >&2; exit 5")
            .EndedWith(5);
        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        CommandResult missing = containerd.Do("task", "exec", "--exec-id", "two", "exec", "no-such-program").EndedWith(1);
        Assert.Contains("OCI runtime exec failed: unable to start container process", missing.Error, StringComparison.Ordinal);
        Assert.Contains("executable file not found in $PATH", missing.Error, StringComparison.Ordinal);
        containerd.Remove("exec");
    }

    [Fact]
    public void A_terminal_for_run_and_for_exec()
    {
        using var terminal = new PseudoTerminal(24, 80);
        using RunningProgram run = containerd.Begin(terminal, [.. Containerd.Run("--tty", Containerd.Image, "terminal"), "sh"]);
        Terminals.TalkAndResize(terminal);
        using (var second = new PseudoTerminal(25, 81))
        using (RunningProgram exec = containerd.Begin(second, "task", "exec", "--tty", "--exec-id", "one", "terminal", "sh"))
        {
            Terminals.TalkAndResize(second);
            second.Type("exit 7\n");
            exec.WaitForExit().EndedWith(7);
        }
        terminal.Type("exit 9\n");
        run.WaitForExit().EndedWith(9);
        containerd.Remove("terminal");
    }

    [Fact]
    public void Pause_and_resume()
    {
        containerd.RunDetached("pause");

        containerd.Ask("task", "pause", "pause");
        Assert.True(containerd.House.IsFrozen("pause"));
        Assert.Contains("PAUSED", Status("pause"), StringComparison.Ordinal);
        containerd.Ask("task", "resume", "pause");
        Assert.False(containerd.House.IsFrozen("pause"));
        Assert.Contains("RUNNING", Status("pause"), StringComparison.Ordinal);
        containerd.Remove("pause");
    }

    [Fact]
    public void Metrics_and_processes()
    {
        containerd.RunDetached("metrics");

        string metrics = containerd.Ask("task", "metrics", "metrics");
        Assert.Matches(@"(?m)^pids\.current +1 *$", metrics);
        Assert.Matches(@"(?m)^memory\.usage(_in_bytes)? +[1-9]\d+ *$", metrics);
        string process = containerd.Ask("task", "ps", "metrics").Split('\n')[^1].Split(' ')[0];
        Assert.Contains($" {process} ", Status("metrics"), StringComparison.Ordinal);
        containerd.Remove("metrics");
    }

    [Fact]
    public void Too_little_memory_is_an_event()
    {
        using RunningProgram events = containerd.Begin("events");
        // The listener is there when it tells of a container that was made meanwhile.
        Eventually.True(
            () =>
            {
                containerd.Ask("container", "create", Containerd.Image, "heard");
                containerd.Ask("container", "rm", "heard");
                return events.Output.Contains("/containers/delete", StringComparison.Ordinal);
            },
            "ctr tells of events"
        );
        // The shim begins to listen when the process has begun.
        string[] greedy = Containerd.Run("--rm", "--memory-limit", "20000000", Containerd.Image, "greedy");
        containerd.Do([.. greedy, "sh", "-c", "sleep 0.5; tail /dev/zero; sleep 0.5"]).Succeeded();

        events.WaitForOutput("/tasks/oom");
        events.WaitForOutput("/tasks/exit");
    }

    [Fact]
    public void Signals_and_removal()
    {
        const string script = "trap 'exit 42' USR1; echo waiting; while :; do sleep 0.05; done";
        using RunningProgram run = containerd.Begin([.. Containerd.Run(Containerd.Image, "signals"), "sh", "-c", script]);
        run.WaitForOutput("waiting");
        containerd.Ask("task", "kill", "--signal", "USR1", "signals");
        run.WaitForExit().EndedWith(42);
        containerd.Remove("signals");

        containerd.RunDetached("again");
        CommandResult running = containerd.Do("task", "rm", "again").EndedWith(1);
        Assert.Contains("must be stopped", running.Error, StringComparison.Ordinal);
        containerd.Ask("task", "kill", "--signal", "KILL", "again");
        Eventually.True(() => Status("again").Contains("STOPPED", StringComparison.Ordinal), "the task has stopped");
        // containerd knows "already finished" by the runtime's words.
        CommandResult twice = containerd.Do("task", "kill", "--signal", "KILL", "again").EndedWith(1);
        Assert.Contains("process already finished: not found", twice.Error, StringComparison.Ordinal);
        containerd.Remove("again");
        Assert.DoesNotContain("again", containerd.Ask("container", "ls", "-q"), StringComparison.Ordinal);
    }

    private string Status(string id) =>
        Assert.Single(containerd.Ask("task", "ls").Split('\n'), l => l.StartsWith($"{id} ", StringComparison.Ordinal));
}

using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>dockerd starts its containers with this runtime.</summary>
public sealed class DockerdTests(Dockerd docker) : IClassFixture<Dockerd>
{
    private const string Waiting = "trap 'exit 42' USR1; trap 'exit 9' TERM; echo waiting; while :; do sleep 0.05; done";

    [Fact]
    public void The_runtime_is_named_with_its_version()
    {
        string runtimes = docker.Ask("info", "--format", "{{.DefaultRuntime}} {{json .Runtimes}} {{.RuncCommit.ID}}");

        Assert.StartsWith("conex ", runtimes, StringComparison.Ordinal);
        Assert.Contains(Product.Runtime, runtimes, StringComparison.Ordinal);
        Assert.DoesNotContain("N/A", runtimes, StringComparison.Ordinal);
    }

    [Fact]
    public void Run()
    {
        CommandResult result = docker.Run("--rm", "box", "sh", "-c", "echo out; echo err >&2; exit 3").EndedWith(3);

        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        Assert.Equal("hello", docker.DoWithInput("hello", "run", "-i", "--rm", "--network", "none", "box", "cat").Text);
    }

    [Theory]
    [InlineData("no-such-program", 127, "executable file not found in $PATH")]
    [InlineData("/no/such", 127, "no such file or directory")]
    [InlineData("/etc/passwd", 126, "permission denied")]
    public void A_program_that_cannot_run(string program, int code, string phrase)
    {
        CommandResult result = docker.Run("--rm", "box", program).EndedWith(code);

        Assert.Contains(phrase, result.Error, StringComparison.Ordinal);
        Assert.Contains("unable to start container process", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_run_hold()
    {
        string[] lines = docker
            .Run([
                .. (string[])["--rm", "--read-only", "--tmpfs", "/x", "--cap-drop", "ALL", "--user", "1000:50", "--pids-limit", "20"],
                .. (string[])["--security-opt", "no-new-privileges", "--ulimit", "nofile=100:100", "--hostname", "there", "--env", "A=b"],
                .. (string[])["--workdir", "/etc", "--sysctl", "kernel.msgmax=8000", "--shm-size", "1m", "--init", "box", "sh", "-c"],
                "id -u; id -g; hostname; pwd; echo $A; ulimit -n; cat /proc/sys/kernel/msgmax; echo x >/x/y && echo x;"
                    + "touch /y 2>/dev/null || echo read-only; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; cat /proc/1/comm",
            ])
            .Succeeded()
            .Lines;

        Assert.Equal(["1000", "50", "there", "/etc", "b", "100", "8000", "x", "read-only"], lines[..9]);
        Assert.Equal(["CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2", "docker-init"], lines[9..]);
        Assert.Contains(
            "Seccomp:\t0",
            docker.Run("--rm", "--privileged", "box", "cat", "/proc/self/status").Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Exec()
    {
        string id = docker.RunDetached("box", "sleep", "1000000");

        CommandResult result = docker.Do("exec", id, "sh", "-c", "echo out; echo err >&2; exit 5").EndedWith(5);
        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        Assert.Equal("1000 /etc b", docker.Ask("exec", "-u", "1000", "-w", "/etc", "-e", "A=b", id, "sh", "-c", "echo $(id -u) $PWD $A"));
        Assert.Equal("in", docker.DoWithInput("in", "exec", "-i", id, "cat").Text);
        // This docker has 126 for both, whatever the runtime.
        CommandResult missing = docker.Do("exec", id, "no-such-program").EndedWith(126);
        Assert.Contains("executable file not found in $PATH", missing.Output + missing.Error, StringComparison.Ordinal);
        CommandResult forbidden = docker.Do("exec", id, "/etc/passwd").EndedWith(126);
        Assert.Contains("permission denied", forbidden.Output + forbidden.Error, StringComparison.Ordinal);
        docker.Ask("rm", "-f", id);
    }

    [Fact]
    public void A_terminal_for_run_and_for_exec()
    {
        using var terminal = new PseudoTerminal(24, 80);
        using RunningProgram run = docker.Begin(terminal, "run", "--network", "none", "-it", "--name", "terminal", "box", "sh");
        Terminals.TalkAndResize(terminal);
        using (var second = new PseudoTerminal(25, 81))
        using (RunningProgram exec = docker.Begin(second, "exec", "-it", "terminal", "sh"))
        {
            Terminals.TalkAndResize(second);
            second.Type("exit 7\n");
            exec.WaitForExit().EndedWith(7);
        }
        terminal.Type("exit 9\n");
        run.WaitForExit().EndedWith(9);
        docker.Ask("rm", "terminal");
    }

    [Fact]
    public void Pause_and_unpause()
    {
        string id = docker.RunDetached("box", "sleep", "1000000");

        docker.Ask("pause", id);
        Assert.True(docker.House.IsFrozen(id));
        Assert.Equal("paused", docker.Ask("inspect", "--format", "{{.State.Status}}", id));
        docker.Ask("unpause", id);
        Assert.False(docker.House.IsFrozen(id));
        Assert.Equal("yes", docker.Ask("exec", id, "echo", "yes"));
        docker.Ask("pause", id);
        docker.Ask("rm", "-f", id);
    }

    [Fact]
    public void Update()
    {
        string id = docker.RunDetached("--memory", "100m", "box", "sleep", "1000000");
        Assert.Equal("104857600", docker.House.Cgroup(id, "memory", "memory.limit_in_bytes", "memory.max"));

        docker.Ask("update", "--memory", "64m", "--memory-swap", "64m", "--pids-limit", "50", "--cpu-shares", "512", id);
        Assert.Equal("67108864", docker.House.Cgroup(id, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Equal("50", docker.House.Cgroup(id, "pids", "pids.max", "pids.max"));
        Assert.Equal("50 67108864", string.Join(' ', docker.Ask("inspect", "-f", "{{.HostConfig.PidsLimit}} {{.HostConfig.Memory}}", id)));
        docker.Ask("rm", "-f", id);
    }

    [Fact]
    public void Statistics_and_processes()
    {
        string id = docker.RunDetached("--memory", "64m", "box", "sleep", "1000000");

        string[] statistics = docker.Ask("stats", "--no-stream", "--format", "{{.PIDs}}|{{.MemUsage}}", id).Split('|');
        Assert.Equal("1", statistics[0]);
        Assert.EndsWith("/ 64MiB", statistics[1], StringComparison.Ordinal);
        Assert.False(statistics[1].StartsWith("0B", StringComparison.Ordinal), statistics[1]);
        Assert.EndsWith("sleep 1000000", docker.Ask("top", id), StringComparison.Ordinal);
        docker.Ask("rm", "-f", id);
    }

    [Fact]
    public void Too_little_memory_is_an_event()
    {
        // The shim begins to listen when the process has begun.
        docker
            .Run("--name", "greedy", "--memory", "20m", "--memory-swap", "20m", "box", "sh", "-c", "sleep 0.5; tail /dev/zero")
            .EndedWith(137);

        Eventually.True(() => docker.Ask("inspect", "--format", "{{.State.OOMKilled}}", "greedy") == "true", "docker knows why it ended");
        docker.Ask("rm", "greedy");
    }

    [Fact]
    public void Signals_stop_and_start_again()
    {
        string id = docker.RunDetached("box", "sh", "-c", Waiting);
        Logged(1);
        docker.Ask("kill", "--signal", "USR1", id);
        Assert.Equal("42", docker.Ask("wait", id));

        docker.Ask("start", id);
        Logged(2);
        docker.Ask("stop", id);
        Assert.Equal("exited 9", docker.Ask("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", id));

        docker.Ask("start", id);
        docker.Ask("restart", "--time", "0", id);
        docker.Ask("kill", id);
        Assert.Equal("137", docker.Ask("wait", id));
        docker.Ask("rm", id);
        Assert.DoesNotContain(id[..12], docker.Ask("ps", "--all", "--quiet"), StringComparison.Ordinal);

        // Its traps are set by then.
        void Logged(int times) => Eventually.True(() => docker.Ask("logs", id).Split("waiting").Length == times + 1, "the container waits");
    }
}

using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>podman, by way of conmon, runs its containers with this runtime.</summary>
public sealed class PodmanTests(Podman podman) : IClassFixture<Podman>
{
    private const string Waiting = "trap 'exit 42' USR1; trap 'exit 9' TERM; echo waiting; while :; do sleep 0.05; done";

    [Fact]
    public void The_runtime_is_named_with_its_version()
    {
        string[] lines = podman.Ask("info", "--format", "{{.Host.OCIRuntime.Path}}\n{{.Host.OCIRuntime.Version}}").Split('\n');

        Assert.Equal(Product.Runtime, lines[0]);
        Assert.StartsWith("conex-runtime version ", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Run()
    {
        CommandResult result = podman.Run("--rm", "box", "sh", "-c", "echo out; echo err >&2; exit 3").EndedWith(3);

        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        Assert.Equal("hello", podman.DoWithInput("hello", ["run", .. Podman.RunOptions, "-i", "--rm", "box", "cat"]).Text);
    }

    [Theory]
    [InlineData("no-such-program", 127, "executable file not found in $PATH")]
    [InlineData("/no/such", 127, "no such file or directory")]
    [InlineData("/etc/passwd", 126, "permission denied")]
    public void A_program_that_cannot_run(string program, int code, string phrase)
    {
        CommandResult result = podman.Run("--rm", "box", program).EndedWith(code);

        Assert.Contains($"unable to start container process: exec: \"{program}\"", result.Error, StringComparison.Ordinal);
        Assert.Contains(phrase, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_run_hold()
    {
        string[] lines = podman
            .Run([
                .. (string[])["--rm", "--read-only", "--tmpfs", "/x", "--cap-drop", "ALL", "--user", "1000:50", "--pids-limit", "20"],
                .. (string[])["--security-opt", "no-new-privileges", "--hostname", "there", "--env", "A=b", "--workdir", "/etc"],
                .. (string[])["--sysctl", "kernel.msgmax=8000", "--shm-size", "1m", "--device", "/dev/full:/dev/x", "box", "sh", "-c"],
                "id -u; id -g; hostname; pwd; echo $A; ulimit -n; cat /proc/sys/kernel/msgmax; echo x >/x/y && echo x;"
                    + "touch /y 2>/dev/null || echo read-only; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; test -c /dev/x",
            ])
            .Succeeded()
            .Lines;

        Assert.Equal(["1000", "50", "there", "/etc", "b", "1024", "8000", "x", "read-only"], lines[..9]);
        Assert.Equal(["CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"], lines[9..]);
        Assert.Contains(
            "Seccomp:\t0",
            podman.Run("--rm", "--privileged", "box", "cat", "/proc/self/status").Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_container_in_the_namespaces_of_another_and_one_with_its_own_users()
    {
        string id = podman.RunDetached("box", "sleep", "1000000");
        string joined = podman.Ask([
            .. (string[])["run", "--rm", .. Podman.RunOptions[2..]],
            .. (string[])["--network", $"container:{id}", "--pid", $"container:{id}", "--ipc", $"container:{id}", "box", "sh", "-c"],
            "tr '\\0' ' ' </proc/1/cmdline; (readlink /proc/1/ns/net; readlink /proc/self/ns/net) | uniq | wc -l",
        ]);
        Assert.Equal("sleep 1000000 1", joined);

        string[] own = podman
            .Run(
                "--rm",
                "--uidmap",
                "0:100000:65536",
                "--gidmap",
                "0:100000:65536",
                "box",
                "sh",
                "-c",
                "touch /x; stat -c %u /x; cat /proc/self/uid_map"
            )
            .Succeeded()
            .Lines;
        Assert.Equal("0", own[0]);
        Assert.Equal(["0", "100000", "65536"], own[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        podman.Remove(id);
    }

    [Fact]
    public void Exec()
    {
        string id = podman.RunDetached("box", "sleep", "1000000");

        CommandResult result = podman.Do("exec", id, "sh", "-c", "echo out; echo err >&2; exit 5").EndedWith(5);
        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        Assert.Equal("1000 /etc b", podman.Ask("exec", "-u", "1000", "-w", "/etc", "-e", "A=b", id, "sh", "-c", "echo $(id -u) $PWD $A"));
        Assert.Equal("in", podman.DoWithInput("in", "exec", "-i", id, "cat").Text);
        Assert.Contains("executable file not found in $PATH", podman.Do("exec", id, "no-such-program").EndedWith(127).Error);
        Assert.Contains("permission denied", podman.Do("exec", id, "/etc/passwd").EndedWith(126).Error);
        podman.Ask("exec", "--detach", id, "touch", "/detached");
        Eventually.True(() => podman.Do("exec", id, "test", "-e", "/detached").ExitCode == 0, "the detached exec ran");
        podman.Remove(id);
    }

    [Fact]
    public void A_terminal_for_run_and_for_exec()
    {
        using var terminal = new PseudoTerminal(24, 80);
        using RunningProgram run = podman.Begin(terminal, ["run", .. Podman.RunOptions, "-it", "--name", "terminal", "box", "sh"]);
        Terminals.TalkAndResize(terminal);
        using (var second = new PseudoTerminal(25, 81))
        using (RunningProgram exec = podman.Begin(second, "exec", "-it", "terminal", "sh"))
        {
            Terminals.TalkAndResize(second);
            second.Type("exit 7\n");
            exec.WaitForExit().EndedWith(7);
        }
        terminal.Type("exit 9\n");
        run.WaitForExit().EndedWith(9);
        podman.Remove("terminal");
    }

    [Fact]
    public void Pause_and_unpause()
    {
        string id = podman.RunDetached("box", "sleep", "1000000");

        podman.Ask("pause", id);
        Assert.True(podman.House.IsFrozen(id));
        Assert.Equal("paused", podman.Ask("inspect", "--format", "{{.State.Status}}", id));
        podman.Ask("unpause", id);
        Assert.False(podman.House.IsFrozen(id));
        Assert.Equal("yes", podman.Ask("exec", id, "echo", "yes"));
        podman.Remove(id);
    }

    [Fact]
    public void Update()
    {
        string id = podman.RunDetached("--memory", "100m", "box", "sleep", "1000000");
        Assert.Equal("104857600", podman.House.Cgroup(id, "memory", "memory.limit_in_bytes", "memory.max"));

        podman.Ask("update", "--memory", "64m", "--cpu-quota", "50000", "--cpu-period", "100000", id);
        Assert.Equal("67108864", podman.House.Cgroup(id, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.StartsWith("50000", podman.House.Cgroup(id, "cpu", "cpu.cfs_quota_us", "cpu.max"), StringComparison.Ordinal);
        podman.Remove(id);
    }

    [Fact]
    public void Statistics_and_processes()
    {
        string id = podman.RunDetached("--memory", "64m", "box", "sleep", "1000000");

        string[] statistics = podman.Ask("stats", "--no-stream", "--format", "{{.PIDs}}|{{.MemUsage}}", id).Split('|');
        Assert.Equal("1", statistics[0]);
        Assert.EndsWith("/ 67.11MB", statistics[1], StringComparison.Ordinal);
        Assert.False(statistics[1].StartsWith("0B", StringComparison.Ordinal), statistics[1]);
        Assert.Contains("sleep 1000000", podman.Ask("top", id), StringComparison.Ordinal);
        podman.Remove(id);
    }

    [Fact]
    public void Signals_stop_and_start_again()
    {
        string id = podman.RunDetached("box", "sh", "-c", Waiting);
        Logged(1);
        podman.Ask("kill", "--signal", "USR1", id);
        Assert.Equal("42", podman.Ask("wait", id));

        podman.Ask("start", id);
        Logged(2);
        podman.Ask("stop", id);
        Assert.Equal("exited 9", podman.Ask("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", id));

        podman.Ask("start", id);
        podman.Ask("restart", "--time", "0", id);
        podman.Ask("kill", id);
        Assert.Equal("137", podman.Ask("wait", id));
        podman.Ask("rm", id);
        Assert.DoesNotContain(id[..12], podman.Ask("ps", "--all", "--quiet"), StringComparison.Ordinal);

        // Its traps are set by then.
        void Logged(int times) => Eventually.True(() => podman.Ask("logs", id).Split("waiting").Length == times + 1, "the container waits");
    }
}

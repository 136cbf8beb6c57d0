using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>podman as an ordinary user: it makes the user namespace and starts the runtime as root of it.</summary>
public sealed class RootlessPodmanTests(RootlessPodman podman) : IClassFixture<RootlessPodman>
{
    [Fact]
    public void Run()
    {
        CommandResult result = podman.Run("--rm", "box", "sh", "-c", "echo out; echo err >&2; exit 3").EndedWith(3);
        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        Assert.Equal("hello", podman.DoWithInput("hello", "run", "--network", "none", "-i", "--rm", "box", "cat").Text);
        Assert.Contains("executable file not found in $PATH", podman.Run("--rm", "box", "no-such-program").EndedWith(127).Error);
        Assert.Contains("permission denied", podman.Run("--rm", "box", "/etc/passwd").EndedWith(126).Error);
        NothingIsLeft();
    }

    [Fact]
    public void Users_devices_mounts_and_options()
    {
        string[] lines = podman
            .Run([
                .. (string[])["--rm", "--read-only", "--tmpfs", "/x", "--cap-drop", "ALL", "--user", "1000:50", "--hostname", "there"],
                .. (string[])["--volume", $"{podman.House.Place}/user:/mine:ro", "--device", "/dev/full:/dev/other", "box", "sh", "-c"],
                "id -u; id -g; hostname; cat /proc/self/uid_map; test -e /mine/box.tar && echo bound; touch /mine/y 2>/dev/null || echo refused;"
                    + "echo x >/dev/null; stat -c '%t %T' /dev/null /dev/other; grep CapEff /proc/self/status",
            ])
            .Succeeded()
            .Lines;
        Assert.Equal(["1000", "50", "there"], lines[..3]);
        Assert.Equal(["0", $"{OrdinaryUser.Id}", "1"], lines[3].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["1", $"{OrdinaryUser.FirstSubordinate}"], lines[4].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
        Assert.Equal(["bound", "refused", "1 3", "1 7", "CapEff:\t0000000000000000"], lines[5..]);
        // A user namespace in the user's own.
        string[] nested = podman
            .Run("--rm", "--uidmap", "0:1:1000", "--gidmap", "0:1:1000", "box", "sh", "-c", "id -u; cat /proc/self/uid_map")
            .Lines;
        Assert.Equal("0", nested[0]);
        Assert.EndsWith(" 1000", nested[1], StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void Exec_stop_start_and_kill()
    {
        string id = podman.RunDetached("box", "sh", "-c", "trap 'exit 9' TERM; echo waiting; while :; do sleep 0.05; done");
        CommandResult result = podman.Do("exec", id, "sh", "-c", "echo out; echo err >&2; exit 5").EndedWith(5);
        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        Assert.Equal("1000 /etc b", podman.Ask("exec", "-u", "1000", "-w", "/etc", "-e", "A=b", id, "sh", "-c", "echo $(id -u) $PWD $A"));
        // This podman fails where a process ends while it looks.
        Eventually.True(() => podman.Do("top", id) is { ExitCode: 0 } top && top.Output.Contains("sleep"), "top shows the container");
        Eventually.True(() => podman.Ask("logs", id).Contains("waiting", StringComparison.Ordinal), "the container waits");
        podman.Ask("stop", id);
        Assert.Equal("exited 9", podman.Ask("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", id));
        podman.Ask("start", id);
        podman.Ask("kill", id);
        Assert.Equal("137", podman.Ask("wait", id));
        podman.Remove(id);
        NothingIsLeft();
    }

    [Fact]
    public void A_terminal_for_run_and_for_exec()
    {
        using var terminal = new PseudoTerminal(24, 80);
        using RunningProgram run = podman.Begin(terminal, "run", "--network", "none", "-it", "--name", "terminal", "box", "sh");
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
        NothingIsLeft();
    }

    /// <summary>Of removed containers but kept filters; tests of this class run one after the other.</summary>
    private void NothingIsLeft() =>
        Eventually.True(
            () => Directory.GetDirectories(podman.StateRoot).All(d => d.EndsWith("/@seccomp", StringComparison.Ordinal)),
            $"no state is left in {podman.StateRoot}"
        );
}

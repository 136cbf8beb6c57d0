using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>A user at a terminal.</summary>
public sealed class TerminalTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const string Run = "$CONEX run --rm --network none";

    public void Dispose() => house.RequireClean();

    [Fact]
    public void A_terminal_writes_carriage_returns_and_one_stream()
    {
        CommandResult result = house.Shell("tty; echo err >&2", "-t");

        Assert.Equal("/dev/pts/0\r\nerr\r\n", result.Output);
    }

    [Fact]
    public void It_without_a_terminal_here_is_refused() =>
        Assert.Contains("the input device is not a TTY", house.Do("run", "-it", "--rm", "box", "true").Error, StringComparison.Ordinal);

    [Fact]
    public void A_shell_answers_and_its_code_is_conexs()
    {
        var terminal = new TerminalSession(house, $"{Run} -it box sh");
        terminal.WaitFor("# ");

        terminal.Type("echo $((40+2))$TERM\n");
        terminal.WaitFor("42xterm");
        terminal.Type("exit 9\n");

        terminal.Finish().EndedWith(9);
    }

    [Fact]
    public void Ctrl_c_interrupts_the_program_inside_only()
    {
        var terminal = new TerminalSession(house, $"{Run} -it box sh");
        terminal.WaitFor("# ");

        terminal.Type("sleep 1000000; echo code $?\n");
        Eventually.True(() => house.Ask("ps", "-q") is { Length: > 0 } id && house.Ask("top", id).Contains("sleep 1000000"), "sleep runs");
        terminal.Type("\u0003");
        terminal.Type("echo still $((1+1))\n");
        terminal.WaitFor("still 2");
        terminal.Type("\u0004");

        terminal.Finish();
    }

    [Fact]
    public void Ctrl_z_stops_the_program_inside_only()
    {
        var terminal = new TerminalSession(house, $"{Run} -it box sh");
        terminal.WaitFor("# ");

        terminal.Type("sleep 1000000\n");
        Eventually.True(() => house.Ask("ps", "-q") is { Length: > 0 } id && house.Ask("top", id).Contains("sleep 1000000"), "sleep runs");
        terminal.Type("\u001a");
        terminal.WaitFor("Stopped");
        // A shell warns once of jobs that are stopped.
        terminal.Type("exit 4\nexit 4\n");

        terminal.Finish();
    }

    [Fact]
    public void The_window_size_is_the_terminals_and_follows_it()
    {
        var terminal = new TerminalSession(
            house,
            $"stty rows 33 cols 99; {Run} -it box sh -c 'trap \"stty size\" WINCH; stty size; while :; do sleep 0.1; done'"
        );
        terminal.WaitFor("33 99");

        terminal.Resize(44, 111);

        terminal.WaitFor("44 111");
        house.Do("kill", house.Ask("ps", "-q")).Succeeded();
        terminal.Finish().EndedWith(137);
    }

    [Theory]
    [InlineData("", "\u0010\u0011")]
    [InlineData("--detach-keys ctrl-a,x", "\u0001x")]
    public void Detach_keys_leave_the_container_running(string option, string keys)
    {
        var terminal = new TerminalSession(house, $"$CONEX run --name left --network none -it {option} box sh; echo code $?");
        terminal.WaitFor("# ");

        terminal.Type("echo al\"\"ive\n");
        terminal.WaitFor("alive");
        terminal.Type(keys);

        terminal.WaitFor("code 0");
        Assert.Equal("running", house.Status("left"));
    }

    [Fact]
    public void Keys_that_only_begin_like_the_detach_keys_reach_the_container()
    {
        var terminal = new TerminalSession(house, $"{Run} -it box sh -c 'stty raw -echo; echo ready; head -c 3 | od -An -tx1'");
        terminal.WaitFor("ready");

        terminal.Type("\u0010ab");

        terminal.WaitFor("10 61 62");
        terminal.Finish();
    }

    [Fact]
    public void Attach_comes_back_to_a_shell_that_was_left()
    {
        var first = new TerminalSession(house, "$CONEX run --name shell --network none -it box sh");
        first.WaitFor("# ");
        first.Type("MARK=kept\n\u0010\u0011");
        first.Finish().Succeeded();

        var second = new TerminalSession(house, "$CONEX attach shell");
        second.Type("echo $MARK$((1+1))\n");
        second.WaitFor("kept2");
        second.Type("exit 6\n");

        second.Finish().EndedWith(6);
    }

    [Theory]
    [InlineData("exit\n")]
    [InlineData("\u0010\u0011")]
    public void The_terminal_is_as_it_was_afterwards(string keys)
    {
        var terminal = new TerminalSession(
            house,
            "stty -g > before; $CONEX run --network none -it box sh; stty -g > after; cmp before after && echo restored"
        );
        terminal.WaitFor("# ");

        terminal.Type(keys);

        terminal.WaitFor("restored");
        terminal.Finish();
    }

    [Fact]
    public void The_terminal_is_restored_when_the_daemon_dies()
    {
        var terminal = new TerminalSession(
            house,
            "stty -g > before; $CONEX run --network none -it box sh; stty -g > after; cmp before after && echo restored"
        );
        terminal.WaitFor("# ");

        house.KillDaemon();

        terminal.WaitFor("restored");
        terminal.Finish();
    }

    [Fact]
    public void Ctrl_c_ends_a_run_without_a_terminal()
    {
        var terminal = new TerminalSession(
            house,
            // The shell gets the signal too, and would end of it.
            $"trap : INT; {Run} box sh -c 'trap \"exit 77\" INT; echo ready; while :; do sleep 0.05; done'; echo code $?"
        );
        terminal.WaitFor("ready");

        terminal.Type("\u0003");

        terminal.WaitFor("code 77");
    }

    [Fact]
    public void A_shell_in_exec_has_a_terminal_of_its_own()
    {
        string id = house.RunSleeper();
        var terminal = new TerminalSession(house, $"$CONEX exec -it {id} sh");
        terminal.WaitFor("# ");

        terminal.Type("stty size; tty\n");
        terminal.WaitFor("24 80");
        terminal.WaitFor("/dev/pts/0");
        terminal.Resize(30, 100);
        Eventually.True(
            () =>
            {
                terminal.Type("stty size\n");
                return terminal.Screen.Contains("30 100");
            },
            "the new size arrived"
        );
        terminal.Type("exit 8\n");

        terminal.Finish().EndedWith(8);
        Assert.Equal("running", house.Status(id));
    }

    [Fact]
    public void A_terminal_that_vanishes_leaves_the_container_running()
    {
        var terminal = new TerminalSession(house, "$CONEX run --name orphan --network none -it box sh");
        terminal.WaitFor("# ");

        foreach (int process in Clients())
        {
            Signals.Send(process, Signal.SIGKILL);
        }
        terminal.Finish();

        Assert.Equal("running", house.Status("orphan"));
        Assert.Equal("2", house.Ask("exec", "orphan", "sh", "-c", "echo $((1+1))"));
    }

    private IEnumerable<int> Clients() =>
        from process in new LeakCheck(house.Name).ProcessNumbers()
        where HostProcesses.CommandLine(process) is [var program, "run", ..] && Path.GetFileName(program) == "conex"
        select process;
}

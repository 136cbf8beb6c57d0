using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Containers with a terminal: handed over by the console socket, or relayed to the caller's own.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    private TestBundle WithTerminal(string script, uint rows = 33, uint columns = 111) =>
        house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    Terminal = true,
                    ConsoleSize = new ConsoleSize { Height = rows, Width = columns },
                }
            )
            .Shell(script);

    [Fact]
    public void Create_sends_the_master_of_the_containers_terminal()
    {
        using var receiver = new ConsoleReceiver($"{house.Place}/console.sock");
        using RunningProgram created = house.Create(
            WithTerminal("tty; stty size; read line; echo \"got $line\"; exec sleep 1000000"),
            "--console-socket",
            receiver.Path
        );
        using PseudoTerminal terminal = receiver.Receive();
        Assert.Contains("pts", receiver.Name, StringComparison.Ordinal);
        house.Do("start", house.Id).Succeeded();
        terminal.WaitFor("33 111\r\n");
        Assert.Contains("/dev/pts/0", terminal.Screen, StringComparison.Ordinal);
        terminal.Type("typed\n");
        terminal.WaitFor("typed\r\n"); // the terminal's echo
        terminal.WaitFor("got typed\r\n");
        house.Remove();
    }

    [Fact]
    public void Run_detached_sends_the_master_too()
    {
        using var receiver = new ConsoleReceiver($"{house.Place}/console.sock");
        TestBundle bundle = WithTerminal("echo on the terminal; exec sleep 1000000");
        bundle.Write();
        house.Do("run", "--detach", "--console-socket", receiver.Path, "--bundle", bundle.Path, house.Id).Succeeded();
        using PseudoTerminal terminal = receiver.Receive();
        terminal.WaitFor("on the terminal");
        house.Remove();
    }

    [Fact]
    public void A_new_size_reaches_the_payload_as_SIGWINCH()
    {
        using var receiver = new ConsoleReceiver($"{house.Place}/console.sock");
        using RunningProgram created = house.Create(
            WithTerminal("trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done"),
            "--console-socket",
            receiver.Path
        );
        using PseudoTerminal terminal = receiver.Receive();
        house.Do("start", house.Id).Succeeded();
        terminal.WaitFor("ready");
        terminal.Resize(50, 200);
        terminal.WaitFor("50 200");
        house.Remove();
    }

    [Fact]
    public void The_console_is_the_terminal_and_belongs_to_the_user()
    {
        using var receiver = new ConsoleReceiver($"{house.Place}/console.sock");
        TestBundle bundle = WithTerminal(
                "stat -c '%t:%T %u %F' /dev/console; stat -c '%t:%T' /dev/pts/0; echo through the console >/dev/console; exec sleep 1000000"
            )
            .WithProcess(p =>
                p with
                {
                    User = new User { Uid = 1000, Gid = 1000 },
                }
            );
        using RunningProgram created = house.Create(bundle, "--console-socket", receiver.Path);
        using PseudoTerminal terminal = receiver.Receive();
        house.Do("start", house.Id).Succeeded();
        terminal.WaitFor("through the console");
        Assert.Equal(["88:0 1000 character special file", "88:0"], terminal.Screen.Split("\r\n")[..2]);
        house.Remove();
    }

    [Theory]
    [InlineData("a-very-long-directory-name-that-makes-the-path-of-the-socket-longer-than-an-address-can-be/and-one-more-of-them")]
    [InlineData(null)]
    public void The_console_socket_may_be_relative_or_long(string? directory)
    {
        string place = directory is null ? house.Place : $"{house.Place}/{directory}";
        Directory.CreateDirectory(place);
        using var receiver = new ConsoleReceiver($"{place}/console.sock");
        TestBundle bundle = WithTerminal("exec sleep 1000000");
        bundle.Write();
        string option = directory is null ? "console.sock" : receiver.Path;
        house
            .DoIn(start => start.WorkingDirectory = house.Place, "run", "-d", "--console-socket", option, "-b", bundle.Path, house.Id)
            .Succeeded();
        using PseudoTerminal terminal = receiver.Receive();
        house.Remove();
    }

    [Fact]
    public void Exec_sends_the_master_of_a_terminal_of_its_own()
    {
        house.RunDetached(house.NewBundle());
        using var receiver = new ConsoleReceiver($"{house.Place}/console.sock");
        using RunningProgram exec = house.Begin(
            "exec",
            "-t",
            "-d",
            "--console-socket",
            receiver.Path,
            house.Id,
            "sh",
            "-c",
            "tty; read line; echo \"got $line\"; exec sleep 1000000"
        );
        using PseudoTerminal terminal = receiver.Receive();
        exec.WaitForExit().Succeeded();
        terminal.WaitFor("/dev/pts/0");
        terminal.Type("typed\n");
        terminal.WaitFor("got typed");
        house.Remove();
    }

    [Fact]
    public void Run_relays_the_callers_terminal()
    {
        TestBundle bundle = WithTerminal(
            "stty size; read line; echo \"got $line\"; trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.05; done"
        );
        bundle.Write();
        using var terminal = new PseudoTerminal(rows: 40, columns: 120);
        using RunningProgram run = terminal.Start(house.Program, "--root", house.StateRoot, "run", "-b", bundle.Path, house.Id);
        terminal.WaitFor("40 120");
        terminal.Type("typed\r");
        terminal.WaitFor("got typed");
        terminal.WaitFor("ready");
        terminal.Type("\u0003");
        terminal.WaitFor("interrupted");
        run.Finish().EndedWith(5);
    }

    [Fact]
    public void Run_passes_the_callers_new_size_on_and_restores_its_settings()
    {
        TestBundle bundle = WithTerminal("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done");
        bundle.Write();
        using var terminal = new PseudoTerminal(rows: 24, columns: 80);
        string before = Settings(terminal);
        using RunningProgram run = terminal.Start(house.Program, "--root", house.StateRoot, "run", "-b", bundle.Path, house.Id);
        terminal.WaitFor("ready");
        Assert.NotEqual(before, Settings(terminal));
        terminal.Resize(25, 99);
        terminal.WaitFor("25 99");
        run.Finish().Succeeded();
        Assert.Equal(before, Settings(terminal));
    }

    [Fact]
    public void Exec_relays_the_callers_terminal()
    {
        house.RunDetached(house.NewBundle());
        using var terminal = new PseudoTerminal(rows: 40, columns: 120);
        using RunningProgram exec = terminal.Start(
            house.Program,
            "--root",
            house.StateRoot,
            "exec",
            "-t",
            house.Id,
            "sh",
            "-c",
            "read line; echo \"got $line\"; stty size; exit 6"
        );
        terminal.Type("typed\r");
        terminal.WaitFor("got typed");
        terminal.WaitFor("40 120");
        exec.Finish().EndedWith(6);
        house.Remove();
    }

    [Fact]
    public void Run_with_a_terminal_but_without_one_of_the_caller_passes_the_output()
    {
        CommandResult result = house.Run(WithTerminal("echo to the terminal; exit 3")).EndedWith(3);
        Assert.Equal("to the terminal\r\n", result.Output);
    }

    [Fact]
    public void A_terminal_without_a_way_to_hand_it_over_is_one_sentence()
    {
        TestBundle bundle = WithTerminal("true");
        bundle.Write();
        const string phrase = "cannot allocate tty if runc will detach without setting console socket";
        house.Do("create", "--bundle", bundle.Path, house.Id).FailedWith(1, phrase);
        house.Do("run", "--detach", "--bundle", bundle.Path, house.Id).FailedWith(1, phrase);
    }

    [Fact]
    public void A_console_socket_without_a_terminal_is_one_sentence()
    {
        TestBundle bundle = house.NewBundle();
        bundle.Write();
        house
            .Do("create", "--console-socket", "/no/such/socket", "--bundle", bundle.Path, house.Id)
            .FailedWith(1, "cannot use console socket if runc will not detach or allocate tty");
    }

    [Fact]
    public void A_console_socket_on_which_nobody_listens_is_one_sentence_and_leaves_nothing()
    {
        TestBundle bundle = WithTerminal("sleep 1000000");
        bundle.Write();
        house
            .Do("create", "--console-socket", $"{house.Place}/nobody.sock", "--bundle", bundle.Path, house.Id)
            .FailedWith(1, "nobody.sock: no such file or directory");
    }

    [Fact]
    public void A_container_outlives_the_end_of_its_terminal_as_a_process_does_with_SIGHUP()
    {
        using var receiver = new ConsoleReceiver($"{house.Place}/console.sock");
        using RunningProgram created = house.Create(
            WithTerminal("trap '' HUP; echo ready; while :; do sleep 0.05; done"),
            "--console-socket",
            receiver.Path
        );
        PseudoTerminal terminal = receiver.Receive();
        house.Do("start", house.Id).Succeeded();
        terminal.WaitFor("ready");
        terminal.Dispose();
        Assert.Equal("running", house.Status());
        house.Remove();
    }

    private static string Settings(PseudoTerminal terminal) =>
        RunningProgram.Run("stty", ["-a", "-F", terminal.Path]).Text.Split('\n', 2)[1];
}

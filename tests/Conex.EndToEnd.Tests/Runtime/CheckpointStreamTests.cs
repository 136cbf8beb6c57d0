using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Streams and terminals of a restored container, and its exit code.</summary>
public sealed class CheckpointStreamTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_restore_in_the_foreground_ends_with_the_containers_code()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.Run(bundle.Shell("trap 'echo got it; exit 42' USR1; echo ready; while :; do sleep 0.02; done"));
        run.WaitForOutput("ready");
        house.Checkpoint().Succeeded();

        using RunningProgram restore = house.BeginRestore(bundle, "-no-subreaper", "--pid-file", $"{Plain.Place}/pid");
        _ = RuntimeHouse.WaitForPid($"{Plain.Place}/pid");
        restore.Signal(Signal.SIGUSR1);
        Assert.Equal("got it\n", restore.Finish().EndedWith(42).Output);
        Assert.Empty(Plain.Leaks.Find());
    }

    [Fact]
    public void Standard_streams_that_are_no_pipes_are_replaced_too()
    {
        TestBundle bundle = Plain.NewBundle().Shell(CheckpointHouse.Counter);
        bundle.Write();
        string log = $"{Plain.Place}/log";
        // criu takes a file that is as long as the one before was.
        string Command(string verb) =>
            $"exec {Product.Runtime} --root {Plain.StateRoot} {verb} --detach --bundle {bundle.Path} {Plain.Id} </dev/null >>{log} 2>&1";
        RunningProgram.Run("sh", ["-c", Command("run")]).Succeeded();
        Eventually.True(() => LeakCheck.Read(log).Contains("\n5\n", StringComparison.Ordinal), "the container counts");
        house.Checkpoint().Succeeded();
        int last = CheckpointHouse.Count(bundle);

        RunningProgram.Run("sh", ["-c", Command($"restore --image-path {house.Images}")], Criu.AddTo).Succeeded();
        Eventually.True(() => LeakCheck.Read(log).Contains($"\n{last + 5}\n", StringComparison.Ordinal), "the restored container counts");
        Assert.Equal(Enumerable.Range(1, last + 5).Select(n => $"{n}"), LeakCheck.Read(log).Split('\n').Take(last + 5));
        Plain.Remove();
    }

    [Fact]
    public void A_terminal_comes_by_the_console_socket()
    {
        using var receiver = new ConsoleReceiver($"{Plain.Place}/console.sock");
        TestBundle bundle = Terminal("stty -echo; echo ready; while read -r line; do echo \"got $line\"; done");
        using RunningProgram run = house.Run(bundle, "--console-socket", receiver.Path);
        using (PseudoTerminal terminal = receiver.Receive())
        {
            terminal.WaitFor("ready");
            terminal.Type("one\n");
            terminal.WaitFor("got one");
            house.Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id).EndedWith(1);
            house.Checkpoint().Succeeded();
        }

        house
            .Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id)
            .FailedWith(1, "cannot allocate tty if runc will detach without setting console socket");
        using RunningProgram restored = house.Restore(bundle, "--console-socket", receiver.Path);
        using PseudoTerminal again = receiver.Receive();
        Assert.Contains("pts", receiver.Name, StringComparison.Ordinal);
        again.Type("two\n");
        again.WaitFor("got two");
        again.Resize(40, 120);
        Assert.Contains("40 120", Plain.Exec("sh", "-c", "stty size </dev/console").Text, StringComparison.Ordinal);
        Plain.Remove();
    }

    [Fact]
    public void A_terminal_is_relayed_in_the_foreground()
    {
        using var receiver = new ConsoleReceiver($"{Plain.Place}/console.sock");
        TestBundle bundle = Terminal("echo ready; read -r line; echo \"got $line\"; exit 7");
        using RunningProgram run = house.Run(bundle, "--console-socket", receiver.Path);
        using (PseudoTerminal terminal = receiver.Receive())
        {
            terminal.WaitFor("ready");
            house.Checkpoint().Succeeded();
        }

        using RunningProgram restored = house.BeginRestore(bundle);
        restored.Send("typed\n");
        restored.WaitForOutput("got typed");
        restored.WaitForExit().EndedWith(7);
    }

    private TestBundle Terminal(string script) => Plain.NewBundle().WithProcess(p => p with { Terminal = true }).Shell(script);
}

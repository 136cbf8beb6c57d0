using System.Text;

namespace Conex.Runtime.Tests.Monitors;

public sealed class TerminalTests
{
    private static ShellPayload OnTerminal(string script) => new(script) { Terminal = new PseudoTerminal() };

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n");

    [Fact]
    public void A_terminals_output_is_raw_and_logged_as_standard_output()
    {
        using var monitor = new RunningMonitor(OnTerminal("echo out; echo err >&2; exit 2"));
        using Client attached = monitor.Attach();
        using Client control = monitor.Start();
        Assert.Equal("out\r\nerr\r\n", Encoding.ASCII.GetString(attached.ReadToEnd()));
        Assert.Equal(["exited 2 0"], control.ReadLines());
        Assert.All(LogLine.Read(monitor.Log), line => Assert.Equal("stdout", line.Stream));
    }

    [Fact]
    public void What_is_typed_arrives_and_a_half_close_ends_nothing()
    {
        using var monitor = new RunningMonitor(
            OnTerminal("stty -echo; echo ready; read x; echo got $x"),
            options => options with { Stdin = true, StdinOnce = true }
        );
        using Client attached = monitor.Attach(stdin: true);
        using Client second = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        _ = attached.ReadExactly("ready\r\n".Length);
        attached.EndInput();
        second.Send("words\n");
        Assert.Equal("got words\n", Text(attached.ReadToEnd()));
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void A_terminal_can_be_resized()
    {
        using var monitor = new RunningMonitor(
            OnTerminal("stty -echo; stty size; read x; stty size"),
            options => options with { Stdin = true }
        );
        using Client attached = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        _ = attached.ReadExactly("0 0\r\n".Length);
        control.Send("resize 33 99\n");
        Assert.Equal("ok", control.ReadLine());
        attached.Send("\n");
        Assert.Equal("33 99\n", Text(attached.ReadToEnd()));
    }

    [Fact]
    public void A_size_that_came_before_the_start_is_kept()
    {
        using var monitor = new RunningMonitor(OnTerminal("read x < $1/gate; stty size"), prepare: RunningMonitor.MakeGate);
        using Client attached = monitor.Attach();
        using Client control = monitor.Control();
        control.Send("resize 11 22\nstart\n");
        Assert.Equal("ok", control.ReadLine());
        Assert.StartsWith("running ", control.ReadLine());
        monitor.OpenGate();
        Assert.Equal("11 22\n", Text(attached.ReadToEnd()));
    }

    [Fact]
    public void A_terminal_that_nobody_has_open_may_be_opened_again()
    {
        ShellPayload shell = OnTerminal("");
        string path = shell.Terminal!.Path;
        shell = new ShellPayload($"echo before; exec < $1/gate > /dev/null 2>&1; read x; echo after > {path}; exit 8")
        {
            Terminal = shell.Terminal,
        };
        using var monitor = new RunningMonitor(shell, prepare: RunningMonitor.MakeGate);
        using Client attached = monitor.Attach();
        using Client control = monitor.Start();
        _ = attached.ReadExactly("before\r\n".Length);
        monitor.OpenGate();
        Assert.Equal("after\n", Text(attached.ReadToEnd()));
        Assert.Equal(["exited 8 0"], control.ReadLines());
    }

    [Fact]
    public void Much_output_of_a_terminal_arrives_whole()
    {
        using var monitor = new RunningMonitor(OnTerminal("seq 1 50000"));
        using Client attached = monitor.Attach();
        using Client control = monitor.Start();
        Assert.Equal(string.Concat(Enumerable.Range(1, 50000).Select(i => $"{i}\n")), Text(attached.ReadToEnd()));
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }
}

using System.Text;
using Conex.Runtime.Monitors;

namespace Conex.Runtime.Tests.Monitors;

public sealed class InputTests
{
    private static MonitorOptions Open(MonitorOptions options) => options with { Stdin = true };

    private static MonitorOptions OpenOnce(MonitorOptions options) => options with { Stdin = true, StdinOnce = true };

    [Fact]
    public void A_half_close_ends_the_input_and_the_output_still_comes()
    {
        using var monitor = new RunningMonitor(new ShellPayload("cat; echo end"), OpenOnce);
        using Client attached = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        attached.Send("one\ntwo\n");
        attached.EndInput();
        Assert.Equal("one\ntwo\nend\n", attached.ReadFrames().Stdout);
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void Without_stdin_once_the_input_stays_open_for_the_next_client()
    {
        using var monitor = new RunningMonitor(new ShellPayload("read a; echo $a; read b; echo $b"), Open);
        using Client first = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        first.Send("one\n");
        first.EndInput();
        Assert.Equal("one\n", Encoding.ASCII.GetString(first.ReadExactly(12)[8..]));
        using Client second = monitor.Attach(stdin: true);
        second.Send("two\n");
        Assert.Equal("two\n", second.ReadFrames().Stdout);
        Assert.Equal("two\n", first.ReadFrames().Stdout);
    }

    [Fact]
    public void The_input_of_an_exec_always_ends_with_its_client()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("cat"),
            options => Open(options) with { ProcessFile = "process.json", LogFile = null }
        );
        using Client attached = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        attached.Send("x");
        attached.EndInput();
        Assert.Equal("x", attached.ReadFrames().Stdout);
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void What_a_client_sent_before_the_start_and_its_departure_still_arrives()
    {
        using var monitor = new RunningMonitor(new ShellPayload("cat"), OpenOnce);
        using Client watching = monitor.Attach();
        using (Client leaving = monitor.Attach(stdin: true, stdout: false, stderr: false))
        {
            leaving.Send("last words");
        }
        using Client control = monitor.Start();
        Assert.Equal("last words", watching.ReadFrames().Stdout);
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void Input_in_the_same_packet_as_the_first_line_is_input()
    {
        using var monitor = new RunningMonitor(new ShellPayload("cat"), OpenOnce);
        using Client attached = monitor.Connect("attach 1 1 1\nattach 0 0 0\n");
        attached.EndInput();
        Assert.Equal("ok", attached.ReadLine());
        using Client control = monitor.Start();
        Assert.Equal("attach 0 0 0\n", attached.ReadFrames().Stdout);
    }

    [Fact]
    public async Task Much_input_and_output_at_once_flow_through()
    {
        byte[] much = new byte[3_000_000];
        new Random(1).NextBytes(much);
        using var monitor = new RunningMonitor(new ShellPayload("cat"), options => OpenOnce(options) with { LogFile = null });
        using Client attached = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        var sender = Task.Run(
            () =>
            {
                attached.Send(much);
                attached.EndInput();
            },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(Encoding.Latin1.GetString(much), attached.ReadFrames().Stdout);
        await sender;
    }

    [Fact]
    public void A_container_that_does_not_read_its_input_holds_the_client_up()
    {
        using var monitor = new RunningMonitor(new ShellPayload("read x < $1/gate; wc -c"), OpenOnce, RunningMonitor.MakeGate);
        using Client attached = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        int total = HeldUp.Send(attached, control, new byte[65536], 8 << 20);
        monitor.OpenGate();
        attached.EndInput();
        Assert.Equal(total, int.Parse(attached.ReadFrames().Stdout));
    }

    [Theory]
    [InlineData("cat; echo end", false)]
    [InlineData("exec <&-; echo end", true)]
    public void Input_that_nobody_takes_is_thrown_away(string script, bool stdin)
    {
        using var monitor = new RunningMonitor(new ShellPayload($"{script}; exec sleep 1000"), options => options with { Stdin = stdin });
        using Client attached = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        Assert.Equal("end\n", Encoding.ASCII.GetString(attached.ReadExactly(12)[8..]));
        attached.Send(new byte[3_000_000]);
        control.Send("killall 9\n");
        Assert.Equal(["ok", "exited 137 0"], control.ReadLines());
        Assert.Empty(attached.ReadToEnd());
    }
}

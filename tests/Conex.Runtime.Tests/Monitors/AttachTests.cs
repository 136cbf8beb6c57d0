using System.Text;

namespace Conex.Runtime.Tests.Monitors;

public sealed class AttachTests
{
    private static string Numbers(int count) => string.Concat(Enumerable.Range(1, count).Select(i => $"{i}\n"));

    [Fact]
    public void A_client_that_attached_before_the_start_gets_everything_in_order()
    {
        using var monitor = new RunningMonitor(new ShellPayload("seq 1 20000; seq 1 300 >&2"));
        using Client attached = monitor.Attach();
        using Client control = monitor.Start();
        (string stdout, string stderr) = attached.ReadFrames();
        Assert.Equal(Numbers(20000), stdout);
        Assert.Equal(Numbers(300), stderr);
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public async Task Two_clients_both_get_everything()
    {
        using var monitor = new RunningMonitor(new ShellPayload("seq 1 5000"));
        using Client first = monitor.Attach();
        using Client second = monitor.Attach();
        Task<(string Stdout, string)> other = Task.Run(second.ReadFrames, TestContext.Current.CancellationToken);
        using Client control = monitor.Start();
        Assert.Equal(Numbers(5000), first.ReadFrames().Stdout);
        Assert.Equal(Numbers(5000), (await other).Stdout);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_client_gets_only_the_streams_that_it_asked_for(bool stdout, bool stderr)
    {
        using var monitor = new RunningMonitor(new ShellPayload("echo out; echo err >&2"));
        using Client attached = monitor.Attach(stdout: stdout, stderr: stderr);
        using Client control = monitor.Start();
        Assert.Equal((stdout ? "out\n" : "", stderr ? "err\n" : ""), attached.ReadFrames());
    }

    [Fact]
    public void A_client_that_attaches_later_gets_what_comes_then()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("echo early; read line; echo late"),
            options => options with { Stdin = true }
        );
        using Client first = monitor.Attach(stdin: true);
        using Client control = monitor.Start();
        Assert.Equal("early\n", Encoding.ASCII.GetString(first.ReadExactly(14)[8..]));
        using Client second = monitor.Attach();
        first.Send("go\n");
        Assert.Equal("late\n", first.ReadFrames().Stdout);
        Assert.Equal("late\n", second.ReadFrames().Stdout);
    }

    [Fact]
    public void A_client_that_does_not_read_stops_the_container_and_loses_nothing()
    {
        using var monitor = new RunningMonitor(new ShellPayload("yes | head -c 4000000; echo done >&2"));
        using Client slow = monitor.Attach(stderr: false);
        using Client other = monitor.Attach(stdout: false);
        using Client control = monitor.Start();
        HeldUp.Await(monitor, control);
        Assert.InRange(LogLine.Join(monitor.Log).Length, 1, 1_000_000);
        string stdout = slow.ReadFrames().Stdout;
        Assert.Equal(4_000_000, stdout.Length);
        Assert.Equal(-1, stdout.AsSpan().IndexOfAnyExcept('y', '\n'));
        Assert.Equal("done\n", other.ReadFrames().Stderr);
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void A_client_that_disconnects_in_the_middle_disturbs_nobody()
    {
        using var monitor = new RunningMonitor(new ShellPayload("seq 1 200000"));
        using Client leaving = monitor.Attach();
        using Client staying = monitor.Attach();
        using Client control = monitor.Start();
        _ = leaving.ReadExactly(1000);
        leaving.Dispose();
        Assert.Equal(Numbers(200000), staying.ReadFrames().Stdout);
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void A_client_that_does_not_read_delays_its_output_but_not_the_end()
    {
        using var monitor = new RunningMonitor(new ShellPayload("exec yes"));
        using Client slow = monitor.Attach();
        using Client control = monitor.Start();
        HeldUp.Await(monitor, control);
        control.Send("kill 9\n");
        Assert.Equal(["ok", "exited 137 0"], control.ReadLines());
        Assert.False(File.Exists(monitor.Socket));
        string stdout = slow.ReadFrames().Stdout;
        _ = monitor.Ended();
        Assert.Equal(LogLine.Join(monitor.Log), stdout);
    }

    [Fact]
    public void An_orphan_that_holds_the_output_does_not_hold_up_the_end()
    {
        using var monitor = new RunningMonitor(new ShellPayload("sleep 1000 & echo hi"));
        using Client attached = monitor.Attach();
        using Client control = monitor.Start();
        Assert.Equal("hi\n", attached.ReadFrames().Stdout);
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void An_orphan_that_writes_for_ever_does_not_hold_up_the_end()
    {
        using var monitor = new RunningMonitor(new ShellPayload("yes & echo hi >&2"), options => options with { LogFile = null });
        using Client attached = monitor.Attach(stdout: false);
        using Client control = monitor.Start();
        Assert.Equal("hi\n", attached.ReadFrames().Stderr);
        Assert.Equal(["exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void Nothing_is_allocated_while_output_flows()
    {
        var shell = new ShellPayload("yes 0123456789 | head -c 30000000");
        using var monitor = new RunningMonitor(shell);
        using Client attached = monitor.Attach();
        using Client control = monitor.Start();
        Assert.Equal(30_000_000, attached.ReadFrames().Stdout.Length);
        Assert.Equal(["exited 0 0"], control.ReadLines());
        _ = monitor.Ended();
        Assert.InRange(shell.AllocatedMeanwhile, 0, 8192);
    }
}

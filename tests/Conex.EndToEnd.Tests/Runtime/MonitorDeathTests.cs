using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A monitor that is killed takes its container with it, and what cannot be taken is removed by delete --force.</summary>
public sealed class MonitorDeathTests : IDisposable
{
    private const int SetParentDeathSignal = 1;
    private const int Prctl = 157;
    private const int Pause = 34;

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_monitor_runs_its_container_and_records_how_it_ended()
    {
        using var container = new MonitoredContainer(house, house.NewBundle().Shell("echo out; echo err >&2; exit 6")).WaitForListening();
        container.AskForStart();
        Assert.Equal("exited 6 0", container.WaitForLine("exited "));
        container.Monitor.Finish().Succeeded();
        Assert.Equal(6, container.Exit!.Value.GetProperty("exitCode").GetInt32());
        string[] log = [.. File.ReadAllLines(container.Log).Select(l => l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
        Assert.Equal(["stderr F err", "stdout F out"], log.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_container_ends_with_its_monitor_which_has_no_other_thread()
    {
        using var container = new MonitoredContainer(house, house.NewBundle().Command("sleep", "1000000")).WaitForListening();
        Assert.Single(Directory.GetDirectories($"/proc/{container.Monitor.Pid}/task"));
        KillMonitorOf(container);
        WaitUntilNothingRuns();
        Assert.Equal("stopped", house.Status());
        house.Remove();
    }

    [Fact]
    public void A_container_of_another_user_ends_with_its_monitor()
    {
        // The change of user clears the parent-death signal: it must be set after it.
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    User = new() { Uid = 1000, Gid = 1000 },
                }
            )
            .Command("sleep", "1000000");
        using var container = new MonitoredContainer(house, bundle).WaitForListening();
        KillMonitorOf(container);
        WaitUntilNothingRuns();
        house.Remove();
    }

    [Fact]
    public void Processes_that_forked_and_detached_end_with_the_monitor()
    {
        TestBundle bundle = house
            .NewBundle()
            .Shell(
                "setsid sleep 1000000 & (setsid sh -c 'trap \"\" HUP TERM; sleep 1000000 & sleep 1000000' &) ; echo ready; exec sleep 1000000"
            );
        using var container = new MonitoredContainer(house, bundle).WaitForListening();
        int pid = container.Start();
        Eventually.True(() => Processes().Length >= 4, "four processes");
        container.Monitor.Signal(Signal.SIGKILL);
        WaitUntilNothingRuns();
        Assert.False(Directory.Exists($"/proc/{pid}/root/proc"));
        house.Remove();
    }

    [Fact]
    public void A_payload_that_cleared_its_death_signal_ends_when_another_process_is_init()
    {
        TestBundle bundle = ClearsDeathSignal()
            .With(s => s with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.conex.init"] = "true" } });
        using var container = new MonitoredContainer(house, bundle).WaitForListening();
        KillMonitorOf(container);
        WaitUntilNothingRuns();
        house.Remove();
    }

    [Fact]
    public void An_init_that_cleared_its_death_signal_is_ended_by_delete()
    {
        using var container = new MonitoredContainer(house, ClearsDeathSignal()).WaitForListening();
        KillMonitorOf(container);
        container.Monitor.WaitForExit();
        house.Remove();
        WaitUntilNothingRuns();
    }

    [Fact]
    public void Without_a_PID_namespace_delete_ends_what_the_payload_left_behind()
    {
        TestBundle bundle = house.NewBundle().WithoutNamespace("pid").Shell("setsid sleep 1000000 & exec sleep 1000000");
        using var container = new MonitoredContainer(house, bundle).WaitForListening();
        container.Start();
        Eventually.True(() => Processes().Length == 2, "two processes");
        container.Monitor.Signal(Signal.SIGKILL);
        house.WaitForStatus("stopped");
        house.Remove();
        WaitUntilNothingRuns();
    }

    [Fact]
    public void An_exec_ends_with_its_monitor_and_the_container_runs_on()
    {
        house.RunDetached(house.NewBundle());
        string process = house.WriteFile("exec/process.json", """{"args":["sleep","1000009"],"env":["PATH=/bin"],"cwd":"/"}""");
        using RunningProgram monitor = house.Begin("monitor", "--exec", "--process", process, "--run-dir", $"{house.Place}/exec", house.Id);
        monitor.WaitForOutput("listening");
        using var control = Conex.Linux.Sockets.UnixSocket.Connect($"{house.Place}/exec/monitor.sock");
        control.Send("control\nstart\n"u8);
        Eventually.True(() => house.Do("ps", house.Id).Text.Contains("sleep 1000009", StringComparison.Ordinal), "the exec runs");
        monitor.Signal(Signal.SIGKILL);
        Eventually.True(() => !house.Do("ps", house.Id).Text.Contains("sleep 1000009", StringComparison.Ordinal), "the exec has ended");
        Assert.Equal("running", house.Status());
        house.Remove();
    }

    [Fact]
    public void A_container_that_ran_out_of_memory_is_recorded_so()
    {
        TestBundle bundle = house.NewBundle().WithResources(new() { Memory = new() { Limit = 16 << 20 } }).Command("tail", "/dev/zero");
        using var container = new MonitoredContainer(house, bundle).WaitForListening();
        container.AskForStart();
        Assert.Equal("exited 137 1", container.WaitForLine("exited "));
        container.Monitor.Finish().Succeeded();
        Assert.True(container.Exit!.Value.GetProperty("oomKilled").GetBoolean());
    }

    private TestBundle ClearsDeathSignal() =>
        house
            .NewBundle()
            .Program(
                "/stubborn",
                ProbeProgram.X64(
                    new ProbeProgram.Call(Prctl, SetParentDeathSignal, 0),
                    new ProbeProgram.Call(Pause),
                    new ProbeProgram.Call(Pause)
                )
            )
            .Command("/stubborn");

    private void KillMonitorOf(MonitoredContainer container)
    {
        container.Start();
        Eventually.True(() => Processes().Any(Sleeps), "the payload has begun to wait");
        container.Monitor.Signal(Signal.SIGKILL);
    }

    /// <summary>In pause(2) or clock_nanosleep(2): what comes before that is done.</summary>
    private static bool Sleeps(int pid) => LeakCheck.Read($"/proc/{pid}/syscall").Split(' ')[0] is "34" or "35" or "230";

    private int[] Processes() => JsonSerializer.Deserialize<int[]>(house.Do("ps", "-f", "json", house.Id).Text)!;

    private void WaitUntilNothingRuns() => Eventually.True(() => !house.Leaks.ProcessNumbers().Any(), "every process has ended");
}

using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;
using static Conex.EndToEnd.Tests.Runtime.HookScripts;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A process that is killed when it has nothing more to wait for, and before its program runs, is a failed start and no container that ended:
/// here while its startContainer hook runs.</summary>
public sealed class KilledStartTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_run_fails_and_leaves_nothing()
    {
        TestBundle bundle = WithLongHook();
        bundle.Write();
        using RunningProgram run = house.Begin("run", "--bundle", bundle.Path, house.Id);
        KillInHook();
        run.WaitForExit().FailedWith(1, "unable to start container process: the process was killed by SIGKILL while it set itself up");
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void A_start_fails_and_the_container_has_stopped()
    {
        using RunningProgram parent = CreateUnderAParentThatReapsNobody(WithLongHook());
        using RunningProgram start = house.Begin("start", house.Id);
        KillInHook();
        start.WaitForExit().FailedWith(1, "unable to start container process: the process was killed while it set itself up");
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void A_monitor_says_that_the_start_failed()
    {
        using var container = new MonitoredContainer(house, WithLongHook()).WaitForListening();
        container.AskForStart();
        KillInHook();
        Assert.Contains("the process was killed by SIGKILL", container.WaitForLine("failed "), StringComparison.Ordinal);
        container.Monitor.WaitForExit();
    }

    /// <summary>How a process ended whose file descriptors are closed, only its zombie tells, and only until its parent takes it: that one is a subreaper
    /// here (PR_SET_CHILD_SUBREAPER, prctl(2)) and never does.</summary>
    private RunningProgram CreateUnderAParentThatReapsNobody(TestBundle bundle)
    {
        const string script = "syscall(157, 36, 1, 0, 0, 0) == 0 && system(@ARGV) == 0 or die; syswrite(STDOUT, 'created'); <STDIN>";
        bundle.Write();
        var parent = RunningProgram.Start(
            Product.OfMachine("perl", "perl-base"),
            ["-e", script, house.Program, "--root", house.StateRoot, "create", "--bundle", bundle.Path, house.Id]
        );
        parent.WaitForOutput("created");
        return parent;
    }

    private TestBundle WithLongHook() =>
        house
            .WithHookLog(house.NewBundle().Command("true"))
            .With(s => s with { Hooks = Only("startContainer", Script("echo began >/out/log; exec sleep 1000000")) });

    private void KillInHook()
    {
        Eventually.True(() => house.HookLog() is ["began"], "the hook begins");
        Signals.Send(house.InitPid, Signal.SIGKILL);
    }
}

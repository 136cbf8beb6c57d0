using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A deletion while another runtime creates the container, or still has to do with one of that name from before.</summary>
public sealed class DeletionRaceTests : IDisposable
{
    private readonly RuntimeHouse house = new() { Program = Product.CrashRuntime };

    public void Dispose() => house.Dispose();

    [Fact]
    public void What_is_made_while_somebody_deletes_does_not_stay_when_its_maker_is_killed()
    {
        using RunningProgram create = CreateHeld("runtime.create.cgroup-begun");
        using RunningProgram delete = house.Begin("delete", "--force", house.Id);
        // Time to remove what is there, and to miss what comes.
        Thread.Sleep(500);
        create.Signal(Signal.SIGCONT);
        create.WaitForExit().EndedWith(137);
        delete.WaitForExit().Succeeded();
        Assert.Empty(house.Leaks.Find());
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void A_container_whose_maker_gets_on_is_created_first_and_then_deleted()
    {
        using RunningProgram create = CreateHeld("nowhere");
        using RunningProgram delete = house.Begin("delete", "--force", house.Id);
        Thread.Sleep(200);
        create.Signal(Signal.SIGCONT);
        Assert.True(create.WaitForExit().ExitCode is 0 or 1);
        delete.WaitForExit().Succeeded();
        Assert.Empty(house.Leaks.Find());
    }

    [Fact]
    public void A_maker_that_stands_still_is_not_waited_for_for_ever()
    {
        using RunningProgram create = CreateHeld("nowhere");
        house.Do("start", house.Id).FailedWith(1, "cannot start a container in the creating state");
        house
            .Do("delete", "--force", house.Id)
            .FailedWith(1, "the container is still being created, and does not get on: end the runtime that creates it first");
        create.Signal(Signal.SIGKILL);
        create.WaitForExit();
        house.Remove();
    }

    [Fact]
    public void A_runtime_that_comes_late_leaves_the_next_container_of_its_name_alone()
    {
        using RunningProgram run = house.BeginRun(house.NewBundle("first").Shell("echo ready; exec sleep 1000000"), until: "ready");
        run.Signal(Signal.SIGSTOP);
        house.Remove();
        house.RunDetached(house.NewBundle("second"));
        run.Signal(Signal.SIGCONT);
        run.WaitForExit().EndedWith(137);
        Assert.Equal("running", house.Status());
        Assert.Equal("here", house.Exec("echo", "here").Text);
        house.Remove();
    }

    [Fact]
    public void A_frozen_process_whose_maker_was_killed_is_ended()
    {
        Assert.SkipWhen(Machine.HasUnifiedCgroups, "version 2 lets SIGKILL through to frozen processes");
        using RunningProgram create = CreateHeld("nowhere", hold: "runtime.create.cloned");
        string freezer = $"{Machine.CgroupMount("freezer")}/conex/{house.Id}";
        Eventually.True(() => LeakCheck.Read($"{freezer}/cgroup.procs").Length > 0, "the process is in its cgroup");
        File.WriteAllText($"{freezer}/freezer.state", "FROZEN");
        create.Signal(Signal.SIGKILL);
        create.WaitForExit();
        house.Remove();
        Assert.Empty(house.Leaks.Find());
    }

    /// <summary>Begins to create a container and stops: when there is a record and nothing else, unless told another step.</summary>
    /// <param name="end">The step at which it is killed when it goes on.</param>
    private RunningProgram CreateHeld(string end, string hold = "runtime.create.record-written")
    {
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        RunningProgram create = house.Begin(
            start =>
            {
                start.Environment["CONEX_STOP_AT"] = hold;
                start.Environment["CONEX_CRASH_AT"] = end;
            },
            ["create", "--bundle", bundle.Path, house.Id]
        );
        Eventually.True(() => LeakCheck.Read($"/proc/{create.Pid}/stat").Contains(") T ", StringComparison.Ordinal), "the runtime stops");
        return create;
    }
}

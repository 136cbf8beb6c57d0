using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Frozen, stopped and vanished containers: an error or a repair, never a wait without end. The freezer of cgroup v1, which also
/// holds SIGKILL back.</summary>
public sealed class FrozenCgroupTests : IDisposable
{
    private readonly RuntimeHouse house = new();
    private readonly string freezer = Machine.CgroupMount("freezer");

    public FrozenCgroupTests() => Assert.SkipWhen(Machine.HasUnifiedCgroups, "needs the freezer of cgroup v1");

    private string Above => $"{freezer}/{house.Name}-above";

    public void Dispose()
    {
        if (Directory.Exists(Above))
        {
            // A test that failed between: nothing frozen can be ended.
            Thaw(Above);
        }
        house.Dispose();
    }

    [Fact]
    public void A_frozen_cgroup_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(Above);
        Freeze(Above);
        house
            .Run(house.NewBundle().WithLinux(l => l with { CgroupsPath = $"/{house.Name}-above" }))
            .FailedWith(1, "container's cgroup unexpectedly frozen");
        Assert.Equal("FROZEN", State(Above));
        Directory.Delete(Above);
    }

    [Fact]
    public void A_container_that_is_frozen_while_it_is_made_is_an_error()
    {
        Directory.CreateDirectory(Above);
        Freeze(Above);
        TestBundle bundle = house.NewBundle().WithLinux(l => l with { CgroupsPath = $"/{house.Name}-above/box" });
        bundle.Write();
        // Its frozen process keeps the streams open.
        using RunningProgram run = house.Begin("run", "--bundle", bundle.Path, house.Id);
        run.WaitForError($"unable to start container process: its cgroup /{house.Name}-above/box is frozen");
        run.WaitForExit().EndedWith(1);
        // What could not be ended while it was frozen is there to be removed.
        Thaw(Above);
        house.Remove();
        RemoveAbove();
    }

    [Fact]
    public void A_created_container_that_is_frozen_is_not_waited_for_and_starts_when_it_is_thawed()
    {
        using RunningProgram created = house.Create(house.NewBundle().Shell("echo went on; exec sleep 1000000"));
        Freeze(Own);
        house.Do("start", house.Id).FailedWith(1, $"its cgroup /conex/{house.Id} is frozen");
        Thaw(Own);
        created.WaitForOutput("went on");
        house.Remove();
    }

    [Fact]
    public void A_created_container_that_is_stopped_by_a_signal_is_not_waited_for()
    {
        using RunningProgram created = house.Create(house.NewBundle().Shell("echo went on; exec sleep 1000000"));
        int init = house.InitPid;
        Signals.Send(init, Signal.SIGSTOP);
        house.Do("start", house.Id).FailedWith(1, $"process {init} was stopped by a signal");
        Signals.Send(init, Signal.SIGCONT);
        created.WaitForOutput("went on");
        house.Remove();
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("kill --all")]
    [InlineData("delete --force")]
    public void A_container_that_others_froze_can_be_ended(string command)
    {
        house.RunDetached(house.NewBundle());
        Freeze(Own);
        Assert.Equal("paused", house.Status());
        string[] words = command.Split(' ');
        string[] signal = words[0] == "kill" ? ["KILL"] : [];
        house.Do([.. words, house.Id, .. signal]).Succeeded();
        if (words[0] == "kill")
        {
            house.WaitForStatus("stopped");
            house.Do("delete", house.Id).Succeeded();
        }
    }

    [Fact]
    public void A_container_below_a_frozen_cgroup_cannot_be_ended_and_the_error_names_its_processes()
    {
        house.RunDetached(house.NewBundle().WithLinux(l => l with { CgroupsPath = $"/{house.Name}-above/box" }));
        int init = house.InitPid;
        Freeze(Above);
        house.Do("delete", "--force", house.Id).FailedWith(1, $"processes {init} (sleep, state D) are still there");
        Thaw(Above);
        house.Remove();
        RemoveAbove();
    }

    [Fact]
    public void A_container_whose_cgroups_were_removed_can_be_deleted()
    {
        house.Run(house.NewBundle(), "--keep").Succeeded();
        foreach (string directory in house.Leaks.CgroupDirectories().ToList())
        {
            Directory.Delete(directory);
        }
        Assert.Equal("stopped", house.Status());
        house.Do("delete", house.Id).Succeeded();
    }

    private string Own => $"{freezer}/conex/{house.Id}";

    private static void Freeze(string directory)
    {
        File.WriteAllText($"{directory}/freezer.state", "FROZEN");
        Eventually.True(() => State(directory) == "FROZEN", $"{directory} is frozen");
    }

    private static void Thaw(string directory) => File.WriteAllText($"{directory}/freezer.state", "THAWED");

    private static string State(string directory) => File.ReadAllText($"{directory}/freezer.state").TrimEnd('\n');

    private void RemoveAbove()
    {
        foreach (string directory in house.Leaks.CgroupDirectories().ToList())
        {
            Assert.EndsWith($"/{house.Name}-above", directory, StringComparison.Ordinal);
            Directory.Delete(directory);
        }
    }
}

using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>pause and resume.</summary>
public sealed class PauseTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_paused_container_stands_still_until_resume()
    {
        using RunningProgram created = house.Create(house.NewBundle().Shell("read line; echo \"got $line\"; exec sleep 1000000"));
        house.Do("start", house.Id).Succeeded();
        house.Do("pause", house.Id).Succeeded();
        Assert.Equal("paused", house.Status());
        created.Send("a line\n");
        Thread.Sleep(200);
        Assert.Equal("", created.Output);
        house.Do("resume", house.Id).Succeeded();
        Assert.Equal("running", house.Status());
        created.WaitForOutput("got a line");
        house.Remove();
    }

    [Fact]
    public void A_running_container_cannot_be_resumed()
    {
        house.RunDetached(house.NewBundle());
        house.Do("resume", house.Id).FailedWith(1, "container not paused");
        house.Remove();
    }

    [Fact]
    public void A_stopped_container_cannot_be_paused()
    {
        house.Run(house.NewBundle(), "--keep").Succeeded();
        house.Do("pause", house.Id).FailedWith(1, "container not running");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Kill_ends_a_paused_container()
    {
        house.RunDetached(house.NewBundle());
        house.Do("pause", house.Id).Succeeded();
        house.Do("kill", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Delete_by_force_ends_a_paused_container()
    {
        house.RunDetached(house.NewBundle());
        house.Do("pause", house.Id).Succeeded();
        house.Remove();
    }

    [Fact]
    public void Exec_in_a_paused_container_is_refused_unless_told_otherwise()
    {
        house.RunDetached(house.NewBundle());
        house.Do("pause", house.Id).Succeeded();
        house.Exec("true").FailedWith(255, "cannot exec in a paused container (use --ignore-paused to override)");
        using RunningProgram exec = house.Begin("exec", "--ignore-paused", house.Id, "echo", "went on");
        // It is in the frozen cgroup: it cannot have run before the container does.
        Assert.Equal("", exec.Output);
        house.Do("resume", house.Id).Succeeded();
        exec.WaitForOutput("went on");
        Assert.Equal(0, exec.Finish().ExitCode);
        house.Remove();
    }
}

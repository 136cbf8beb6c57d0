using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Commands for several containers, and the lists of containers and processes.</summary>
public sealed class ManyContainersTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Kill_and_delete_take_a_regular_expression()
    {
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        string[] ids = [$"{house.Name}-a1", $"{house.Name}-a2", $"{house.Name}-b"];
        foreach (string id in ids)
        {
            using RunningProgram run = house.Begin("run", "-d", "-b", bundle.Path, id);
            run.WaitForExit().Succeeded();
        }
        house.Do("kill", "--regex", "[-]a[0-9]+$", "KILL").Succeeded();
        Eventually.True(() => house.Status(ids[0]) == "stopped" && house.Status(ids[1]) == "stopped", "two have stopped");
        Assert.Equal("running", house.Status(ids[2]));
        house.Do("delete", "-r", house.Name).EndedWith(1);
        Assert.Equal([ids[2]], house.Do("list", "-q").Succeeded().Lines);
        house.Do("delete", "-f", "-r", ".").Succeeded();
        house.Do("delete", "-r", "(").FailedWith(1, "\"(\" is no regular expression");
    }

    [Fact]
    public void Kill_all_is_for_containers_without_a_PID_namespace_only()
    {
        // With one, TERM goes to init alone as it would without --all.
        TestBundle bundle = house
            .NewBundle()
            .Shell("trap 'echo init; exit' TERM; sh -c 'trap \"echo child\" TERM; echo ready; while :; do sleep 0.05; done' & wait; wait");
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("ready");
        house.Do("kill", "--all", house.Id, "TERM").Succeeded();
        house.WaitForStatus("stopped");
        Assert.DoesNotContain("child", created.Output, StringComparison.Ordinal);
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void SIGKILL_goes_to_all_processes_without_a_PID_namespace()
    {
        TestBundle bundle = house.NewBundle().WithoutNamespace("pid").Shell("setsid sleep 1000000 & echo ready; wait");
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("ready");
        house.Do("kill", house.Id, "9").Succeeded();
        house.WaitForStatus("stopped");
        Eventually.True(() => house.Do("ps", "--format", "json", house.Id).Text == "[]", "no process in the container");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void SIGKILL_goes_to_all_processes_of_a_container_in_anothers_PID_namespace_and_to_no_other()
    {
        house.RunDetached(house.NewBundle());
        string id = $"{house.Name}-b";
        TestBundle bundle = house
            .NewBundle("second")
            .AddNamespace("pid", $"/proc/{house.InitPid}/ns/pid")
            .Shell("setsid sleep 1000000 & echo ready; wait");
        bundle.Write();
        using RunningProgram run = house.Begin("run", "-b", bundle.Path, id);
        run.WaitForOutput("ready");
        house.Do("kill", id, "KILL").Succeeded();
        Assert.Equal(137, run.Finish().ExitCode);
        Assert.Equal("running", house.Status());
        house.Remove();
    }

    [Fact]
    public void Ps_takes_the_arguments_of_the_hosts_ps()
    {
        _ = Product.OfMachine("ps", "procps");
        house.RunDetached(house.NewBundle());
        int pid = house.InitPid;
        string[] lines = house.Do("ps", house.Id, "-o", "pid,args", "-e").Succeeded().Lines;
        Assert.Equal(2, lines.Length);
        Assert.Equal(["PID", "COMMAND"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal($"{pid} sleep 1000000", lines[1].Trim());
        Assert.EndsWith(
            "sleep 1000000",
            house.Do("ps", "--format", "table", house.Id, "-ef").Succeeded().Lines[1],
            StringComparison.Ordinal
        );
        Assert.Equal($"[{pid}]", house.Do("ps", "--format", "json", house.Id).Text);
        Assert.EndsWith("sleep 1000000", house.Do("ps", house.Id).Succeeded().Lines[1], StringComparison.Ordinal);
        house.Do("ps", house.Id, "-e", "-o", "args").FailedWith(1, "ps prints no column PID");
        house.Do("ps", house.Id, "--no-such-option").FailedWith(1, "ps --no-such-option: ");
        house.Do("ps", "--format", "yaml", house.Id).FailedWith(1, "invalid format option");
        house.Remove();
    }
}

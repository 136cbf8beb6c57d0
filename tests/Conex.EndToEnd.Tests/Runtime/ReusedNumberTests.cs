using System.Text.Json.Nodes;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A process that took the number of a container's ended init is not the container: it counts for nothing and gets no signal.</summary>
public sealed class ReusedNumberTests : IDisposable
{
    /// <summary>Two of the ticks in which the kernel tells when a process started: what starts after it has another start time.</summary>
    private static readonly TimeSpan TwoTicks = TimeSpan.FromMilliseconds(20);

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    /// <summary>A container whose init has ended and whose number a process of the host has now; only the start times differ.</summary>
    private RunningProgram Stranger()
    {
        house.RunDetached(house.NewBundle());
        house.Do("kill", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        Thread.Sleep(TwoTicks);
        var stranger = RunningProgram.Start("/bin/sh", ["-c", "trap 'echo signalled' TERM; echo ready; read line; echo $line"]);
        stranger.WaitForOutput("ready");
        string file = $"{house.StateRoot}/{house.Id}/state.json";
        JsonNode state = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.NotNull(state["pid"]);
        state["pid"] = stranger.Pid;
        File.WriteAllText(file, state.ToJsonString());
        return stranger;
    }

    private void IsUnharmed(RunningProgram stranger)
    {
        stranger.Send("alive\n");
        Assert.Equal("ready\nalive\n", stranger.Finish().Succeeded().Output);
    }

    [Fact]
    public void State_and_list_say_stopped()
    {
        using RunningProgram stranger = Stranger();
        Assert.Equal("stopped", house.Status());
        Assert.Contains("\"stopped\"", house.Do("list", "--format", "json").Succeeded().Output, StringComparison.Ordinal);
        house.Do("delete", house.Id).Succeeded();
        IsUnharmed(stranger);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public void Kill_signals_nobody(string signal)
    {
        using RunningProgram stranger = Stranger();
        house.Do("kill", house.Id, signal).FailedWith(1, "container not running");
        house.Do("kill", "--all", house.Id, signal).FailedWith(1, "container not running");
        IsUnharmed(stranger);
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Delete_by_force_ends_nobody()
    {
        using RunningProgram stranger = Stranger();
        house.Remove();
        IsUnharmed(stranger);
    }

    [Fact]
    public void Exec_joins_nobodys_namespaces()
    {
        using RunningProgram stranger = Stranger();
        house.Exec("true").FailedWith(255, "cannot exec in a stopped container");
        IsUnharmed(stranger);
        house.Do("delete", house.Id).Succeeded();
    }
}

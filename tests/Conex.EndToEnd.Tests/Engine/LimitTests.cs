using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What a container may use.</summary>
public sealed class LimitTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const string EatMemory = "x=a; while :; do x=$x$x; done";

    public void Dispose() => house.RequireClean();

    [Fact]
    public void A_container_over_its_memory_limit_is_killed_and_says_so()
    {
        CommandResult result = house.Do([
            "run",
            "--name",
            "greedy",
            "--network",
            "none",
            "--memory",
            "16m",
            "--memory-swap",
            "16m",
            "box",
            "sh",
            "-c",
            EatMemory,
        ]);

        Assert.Equal(137, result.ExitCode);
        JsonElement state = house.State("greedy");
        Assert.True(state.GetProperty("OOMKilled").GetBoolean());
        Assert.Equal(137, state.GetProperty("ExitCode").GetInt32());
        Assert.Equal("exited", state.GetProperty("Status").GetString());
    }

    [Fact]
    public void Limits_are_those_of_the_cgroup()
    {
        string id = house.RunSleeper("--memory", "64m", "--cpus", "0.5", "--pids-limit", "33");

        Assert.Equal("33", Limit("pids", id, "pids.max", "pids.max"));
        Assert.Equal("67108864", Limit("memory", id, "memory.limit_in_bytes", "memory.max"));
        Assert.Equal(Machine.HasUnifiedCgroups ? "50000 100000" : "50000", Limit("cpu", id, "cpu.cfs_quota_us", "cpu.max"));
        JsonElement host = house.Inspect(id).GetProperty("HostConfig");
        Assert.Equal(67108864, host.GetProperty("Memory").GetInt64());
        Assert.Equal(500000000, host.GetProperty("NanoCpus").GetInt64());
        Assert.Equal(33, host.GetProperty("PidsLimit").GetInt64());
    }

    [Fact]
    public void More_processes_than_the_limit_are_refused()
    {
        CommandResult result = house.Shell("for i in 1 2 3 4 5 6 7 8 9; do sleep 100 & done; wait", "--pids-limit", "5");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("fork", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ulimits_are_the_process_own() => Assert.Equal("77", house.Shell("ulimit -n", "--ulimit", "nofile=77:99").Text);

    [Theory]
    [InlineData("--memory", "nonsense", "nonsense")]
    [InlineData("--memory", "1k", "6MB")]
    [InlineData("--cpus", "-1", "")]
    [InlineData("--pids-limit", "x", "x")]
    public void A_limit_that_cannot_be_is_one_sentence(string option, string value, string phrase)
    {
        CommandResult result = house.Shell("true", option, value).EndedWith(125);

        Assert.Contains(phrase, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    private static string Limit(string controller, string id, string version1, string version2)
    {
        string file = Machine.HasUnifiedCgroups ? version2 : version1;
        string directory = new LeakCheck(id)
            .CgroupDirectories()
            .First(d => d.StartsWith($"{Machine.CgroupMount(controller)}/", StringComparison.Ordinal));
        return File.ReadAllText($"{directory}/{file}").Trim();
    }
}

using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The annotation org.conex.init=true: a small init before the payload, without a second program.</summary>
public sealed class InitTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    private TestBundle WithInit(string script) =>
        house
            .NewBundle()
            .With(s => s with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.conex.init"] = "true" } })
            .Shell(script);

    [Fact]
    public void The_payload_is_not_process_1() => Assert.NotEqual("1", house.Run(WithInit("echo $$")).Text);

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 9", 9)]
    [InlineData("kill -TERM $$; sleep 1000000", 143)]
    [InlineData("kill -KILL $$; sleep 1000000", 137)]
    public void The_payloads_end_is_the_containers(string script, int code) => house.Run(WithInit(script)).EndedWith(code);

    [Fact]
    public void Orphans_are_reaped()
    {
        CommandResult result = house.Run(
            WithInit(
                "sh -c 'sleep 0.2 & echo $! >/tmp/number'; orphan=$(cat /tmp/number); while [ -e /proc/$orphan ]; do sleep 0.05; done; echo reaped"
            )
        );
        Assert.Equal("reaped", result.Text);
    }

    [Fact]
    public void Signals_are_passed_on_to_the_payload()
    {
        using RunningProgram created = house.Create(WithInit("trap 'echo got it; exit 4' TERM; echo ready; while :; do sleep 0.05; done"));
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("ready");
        house.Do("kill", house.Id, "TERM").Succeeded();
        created.WaitForOutput("got it");
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void A_payload_without_a_handler_ends_by_TERM()
    {
        using RunningProgram run = house.BeginRun(WithInit("echo ready; exec sleep 1000000"), until: "ready");
        house.Do("kill", house.Id, "TERM").Succeeded();
        Assert.Equal(143, run.Finish().ExitCode);
    }

    [Fact]
    public void The_init_has_the_payloads_limits_and_no_descriptor_but_the_standard_streams()
    {
        using RunningProgram run = house.BeginRun(WithInit("echo ready; exec sleep 1000000"), until: "ready");
        int init = house.InitPid;
        string status = File.ReadAllText($"/proc/{init}/status");
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.DoesNotContain("CapEff:\t000001ff", status, StringComparison.Ordinal);
        Assert.All(
            Directory.GetFileSystemEntries($"/proc/{init}/fd").Select(f => new FileInfo(f).LinkTarget!),
            target => Assert.False(target.StartsWith('/') && !target.StartsWith("/dev/", StringComparison.Ordinal), target)
        );
        house.Do("kill", house.Id, "KILL").Succeeded();
        Assert.Equal(137, run.Finish().ExitCode);
    }

    [Fact]
    public void An_exec_works_beside_it()
    {
        using RunningProgram run = house.BeginRun(WithInit("echo ready; exec sleep 1000000"), until: "ready");
        Assert.Equal("box", house.Exec("hostname").Text);
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
    }
}

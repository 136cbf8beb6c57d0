using System.Net.Sockets;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Execs;
using Conex.Engine.Tests.Fixtures;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Tests.Execs;

public sealed class ExecServiceTests
{
    private static readonly ExecConfiguration Shell = new() { Command = ["sh", "-c", "true"] };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_exec_runs_and_tells_its_exit_code()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync();
        string exec = house.Engine.Execs.Create(id, Shell);
        Assert.Null(house.Engine.Execs.Inspect(exec).ExitCode);
        IAsyncEnumerator<Engine.Events.EngineEvent> events = house
            .Engine.Events.Subscribe(null, null, Cancellation)
            .GetAsyncEnumerator(Cancellation);

        using Socket? socket = await house.Engine.Execs.StartAsync(
            exec,
            new AttachStreams(false, true, true),
            cancellationToken: Cancellation
        );
        FakeMonitor monitor = MonitorOf(house, id, exec);
        Assert.Equal(monitor.Pid, house.Engine.Execs.Inspect(exec).Pid);
        monitor.Exit(4);
        Assert.Equal("exec_start: sh -c true", await NextActionAsync(events));
        Assert.Equal("exec_die", await NextActionAsync(events));

        Assert.NotNull(socket);
        Assert.Equal(["attach 0 1 1", "start"], monitor.Requests);
        Assert.Equal(4, house.Engine.Execs.Inspect(exec).ExitCode);
    }

    [Fact]
    public async Task An_exec_has_the_containers_environment_and_its_own_over_it()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync(change: one => one with { Environment = ["A=1", "B=2"] });
        string exec = house.Engine.Execs.Create(id, Shell with { Environment = ["B=3"], User = "alice", WorkingDirectory = "/srv/../tmp" });

        await house.Engine.Execs.StartAsync(exec, attach: null, cancellationToken: Cancellation);

        Process process = Process.Parse(await File.ReadAllBytesAsync(MonitorOf(house, id, exec).Launch.ProcessFile!, Cancellation));
        Assert.Contains("A=1", process.Env!);
        Assert.Contains("B=3", process.Env!);
        Assert.Contains("HOME=/home/alice", process.Env!);
        Assert.Equal("/tmp", process.Cwd);
        Assert.Equal(1000u, process.User.Uid);
        Assert.Equal([1000u, 29u], process.User.AdditionalGids);
        Assert.Null(process.Capabilities!.Effective);
    }

    [Fact]
    public async Task An_exec_needs_a_running_container_and_runs_once()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string created = await house.CreateAsync();
        Assert.Equal(
            $"container {created} is not running",
            Assert.Throws<ConflictException>(() => house.Engine.Execs.Create(created, Shell)).Message
        );
        (string id, _) = await house.RunAsync();
        string exec = house.Engine.Execs.Create(id, Shell);
        await house.Engine.Execs.StartAsync(exec, attach: null, cancellationToken: Cancellation);

        ConflictException again = await Assert.ThrowsAsync<ConflictException>(() =>
            house.Engine.Execs.StartAsync(exec, null, cancellationToken: Cancellation)
        );

        Assert.Equal($"Error: Exec command {exec} is already running", again.Message);
        Assert.Equal("No such exec instance: nope", Assert.Throws<NotFoundException>(() => house.Engine.Execs.Inspect("nope")).Message);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_127()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync();
        house.Runtime.Prepare = monitor => monitor.StartFailure = ("exec: nope: executable file not found in $PATH", 127);
        string exec = house.Engine.Execs.Create(id, Shell);

        StartFailedException e = await Assert.ThrowsAsync<StartFailedException>(() =>
            house.Engine.Execs.StartAsync(exec, null, cancellationToken: Cancellation)
        );

        Assert.Equal(127, e.ExitCode);
        Assert.Equal(127, house.Engine.Execs.Inspect(exec).ExitCode);
    }

    [Fact]
    public async Task Execs_are_forgotten_with_their_container()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync();
        string exec = house.Engine.Execs.Create(id, Shell);

        await house.Containers.RemoveAsync(id, force: true, Cancellation);

        Assert.Throws<NotFoundException>(() => house.Engine.Execs.Inspect(exec));
    }

    private static FakeMonitor MonitorOf(EngineHouse house, string container, string exec) =>
        house.Runtime.Monitors[$"{house.RunRoot}/containers/{container}/exec/{exec}"];

    private static async Task<string> NextActionAsync(IAsyncEnumerator<Engine.Events.EngineEvent> events)
    {
        Assert.True(await events.MoveNextAsync());
        return events.Current.Action;
    }
}

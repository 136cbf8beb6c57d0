using System.Net.Sockets;
using System.Text;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Tests.Fixtures;

namespace Conex.Engine.Tests.Containers;

public sealed class ContainerLifeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_runs_and_its_exit_code_reaches_those_who_wait()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync("web");
        Task<WaitResult> wait = house.Containers.WaitAsync("web", WaitCondition.NextExit, Cancellation);

        Assert.True(await house.Containers.StartAsync("web", Cancellation));
        ContainerDetails running = house.Containers.Inspect("web");
        house.Runtime.Monitors[id].Exit(3, oom: true);

        Assert.Equal(3, (await wait).ExitCode);
        Assert.Equal(ContainerStatus.Running, running.State.Status);
        Assert.Equal(house.Runtime.Monitors[id].Pid, running.State.Pid);
        ContainerState state = house.Containers.Inspect("web").State;
        Assert.Equal(ContainerStatus.Exited, state.Status);
        Assert.True(state.OomKilled);
        Assert.Equal(0, state.Pid);
        Assert.Equal(2026, state.FinishedAt!.Value.Year);
    }

    [Fact]
    public async Task Starting_a_running_container_changes_nothing()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync();

        Assert.False(await house.Containers.StartAsync(id, Cancellation));
    }

    [Fact]
    public async Task An_exited_container_starts_again_on_the_same_writable_layer()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync();
        await File.WriteAllTextAsync($"{house.Containers.Inspect(id).UpperDirectory}/note", "kept", Cancellation);
        monitor.Exit(0);

        Assert.True(await StartWhenEndedAsync(house, id));

        Assert.NotSame(monitor, house.Runtime.Monitors[id]);
        Assert.True(File.Exists($"{house.Containers.Inspect(id).UpperDirectory}/note"));
        Assert.Equal(0, house.Containers.Inspect(id).State.ExitCode);
    }

    [Fact]
    public async Task A_container_with_rm_is_gone_with_its_run()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync("once", EngineHouse.AutoRemoved);
        Task<WaitResult> removed = house.Containers.WaitAsync(id, WaitCondition.Removed, Cancellation);

        monitor.Exit(7);

        Assert.Equal(7, (await removed).ExitCode);
        Assert.Throws<NotFoundException>(() => house.Containers.Inspect("once"));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.DataRoot}/containers"));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.RunRoot}/containers"));
    }

    [Theory]
    [InlineData("exec: \"nope\": executable file not found in $PATH", 127)]
    [InlineData("exec: \"/etc\": permission denied", 126)]
    public async Task A_failed_start_says_why_and_leaves_the_container_created(string message, int code)
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        house.Runtime.Prepare = monitor => monitor.StartFailure = (message.Replace("\"", "'", StringComparison.Ordinal), code);
        string id = await house.CreateAsync();

        StartFailedException e = await Assert.ThrowsAsync<StartFailedException>(() => house.Containers.StartAsync(id, Cancellation));

        Assert.Equal(code, e.ExitCode);
        Assert.True(e.IsRequestFault);
        ContainerState state = house.Containers.Inspect(id).State;
        Assert.Equal(ContainerStatus.Created, state.Status);
        Assert.Equal(code, state.ExitCode);
        Assert.Equal(e.Message, state.Error);
        Assert.False(Directory.Exists($"{house.RunRoot}/containers/{id}"));
    }

    [Fact]
    public async Task A_failed_start_removes_a_container_with_rm()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        house.Runtime.LaunchFailure = "no such program";
        string id = await house.CreateAsync(change: EngineHouse.AutoRemoved);
        Task<WaitResult> removed = house.Containers.WaitAsync(id, WaitCondition.Removed, Cancellation);

        await Assert.ThrowsAsync<StartFailedException>(() => house.Containers.StartAsync(id, Cancellation));

        await removed;
        Assert.Empty(house.Containers.List(new ContainerFilter { All = true }));
    }

    [Fact]
    public async Task An_unknown_user_stops_the_start_with_dockers_sentence()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync(change: one => one with { User = "mallory" });

        InvalidRequestException e = await Assert.ThrowsAsync<InvalidRequestException>(() => house.Containers.StartAsync(id, Cancellation));

        Assert.Equal("unable to find user mallory: no matching entries in passwd file", e.Message);
        Assert.Equal(ContainerStatus.Created, house.Containers.Inspect(id).State.Status);
    }

    [Fact]
    public async Task A_client_that_attaches_before_the_start_is_connected_before_the_payload_runs()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync();
        using PendingAttachment attachment = house.Containers.Attach(id, new AttachStreams(true, true, false));
        Assert.False(attachment.Connection.IsCompleted);

        await house.Containers.StartAsync(id, Cancellation);
        FakeMonitor monitor = house.Runtime.Monitors[id];
        using Socket? socket = await attachment.Connection;
        monitor.Print("hello");

        byte[] buffer = new byte[16];
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, await socket!.ReceiveAsync(buffer, Cancellation)));
        Assert.Equal(["attach 1 1 0", "start"], monitor.Requests);
        Assert.Equal(1, monitor.AttachedAtStart);
    }

    [Fact]
    public async Task A_client_that_attaches_later_is_connected_at_once()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync();

        using PendingAttachment attachment = house.Containers.Attach(id, new AttachStreams(false, true, true));
        using Socket? socket = await attachment.Connection;

        Assert.NotNull(socket);
    }

    [Fact]
    public async Task Stop_sends_the_containers_signal()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync(change: one => one with { StopSignal = "SIGTERM" });

        Assert.True(await house.Containers.StopAsync(id, cancellationToken: Cancellation));

        Assert.Equal(143, house.Containers.Inspect(id).State.ExitCode);
        Assert.Equal(["start", "kill 15"], monitor.Requests);
        Assert.False(await house.Containers.StopAsync(id, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Stop_kills_what_does_not_end_in_time()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        house.Runtime.Prepare = one => one.HeedsSignals = false;
        (string id, FakeMonitor monitor) = await house.RunAsync();

        Assert.True(await house.Containers.StopAsync(id, timeout: 0, cancellationToken: Cancellation));

        Assert.Equal(["start", "kill 15", "killall 9"], monitor.Requests);
        Assert.Equal(137, house.Containers.Inspect(id).State.ExitCode);
    }

    [Fact]
    public async Task Kill_refuses_a_container_that_does_not_run()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync("web");

        ConflictException e = await Assert.ThrowsAsync<ConflictException>(() =>
            house.Containers.KillAsync("web", cancellationToken: Cancellation)
        );

        Assert.Equal($"cannot kill container: web: container {id} is not running", e.Message);
        await Assert.ThrowsAsync<InvalidRequestException>(() =>
            house.Containers.KillAsync("web", "SIGNOPE", cancellationToken: Cancellation)
        );
    }

    [Fact]
    public async Task Remove_refuses_a_running_container_unless_forced()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync("web");

        ConflictException e = await Assert.ThrowsAsync<ConflictException>(() =>
            house.Containers.RemoveAsync("web", cancellationToken: Cancellation)
        );
        await house.Containers.RemoveAsync("web", force: true, cancellationToken: Cancellation);

        Assert.Equal(
            "cannot remove container \"/web\": container is running: stop the container before removing or force remove",
            e.Message
        );
        Assert.False(Directory.Exists($"{house.DataRoot}/containers/{id}"));
        Assert.Throws<NotFoundException>(() => house.Containers.Inspect(id));
    }

    [Fact]
    public async Task Forced_removal_of_a_container_with_rm_waits_for_its_end()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync(change: EngineHouse.AutoRemoved);

        await house.Containers.RemoveAsync(id, force: true, cancellationToken: Cancellation);

        Assert.Empty(house.Containers.List(new ContainerFilter { All = true }));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.DataRoot}/containers"));
    }

    [Fact]
    public async Task A_monitor_that_dies_takes_its_container_with_it()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync();
        Task<WaitResult> wait = house.Containers.WaitAsync(id, WaitCondition.NotRunning, Cancellation);

        monitor.Die();

        WaitResult result = await wait;
        Assert.Equal(137, result.ExitCode);
        Assert.Equal("the monitor of the container died", result.Error);
        Assert.Contains(id, house.Runtime.Deleted);
    }

    [Fact]
    public async Task A_wait_for_an_unknown_container_fails_at_the_call()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();

        NotFoundException e = Assert.Throws<NotFoundException>(() =>
        {
            _ = house.Containers.WaitAsync("nope", WaitCondition.NextExit, Cancellation);
        });

        Assert.Equal("No such container: nope", e.Message);
    }

    [Fact]
    public async Task Resize_reaches_the_monitor()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync();

        await house.Containers.ResizeAsync(id, new TerminalSize(24, 80), Cancellation);

        Assert.Contains("resize 24 80", monitor.Requests);
    }

    [Fact]
    public async Task A_container_without_rm_survives_in_its_record_and_one_with_rm_runs_without_a_sync()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync("web");
        monitor.Exit(5);
        await house.Containers.WaitAsync(id, WaitCondition.NotRunning, Cancellation);
        await StartWhenEndedAsync(house, id);

        string json = await File.ReadAllTextAsync(
            $"{house.DataRoot}/containers/{id}/container.json",
            TestContext.Current.CancellationToken
        );

        Assert.Contains("\"status\":\"Running\"", json, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"web\"", json, StringComparison.Ordinal);
    }

    private static async Task<bool> StartWhenEndedAsync(EngineHouse house, string id)
    {
        await house.Containers.WaitAsync(id, WaitCondition.NotRunning, Cancellation);
        return await house.Containers.StartAsync(id, Cancellation);
    }
}

using System.Net.Sockets;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Execs;
using Conex.Engine.Tests.Fixtures;

namespace Conex.Engine.Tests.Recovery;

public sealed class ContainerRecoveryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_engine_knows_the_containers_that_run()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync("web");

        await house.ReopenAsync();

        ContainerDetails found = house.Containers.Inspect("web");
        Assert.Equal(ContainerStatus.Running, found.State.Status);
        Assert.Equal(monitor.Pid, found.State.Pid);
        using PendingAttachment attachment = house.Containers.Attach(id, new AttachStreams(false, true, true));
        using Socket? socket = await attachment.Connection;
        Assert.NotNull(socket);
        Task<WaitResult> wait = house.Containers.WaitAsync(id, WaitCondition.NextExit, Cancellation);
        Assert.True(await house.Containers.StopAsync(id, cancellationToken: Cancellation));
        Assert.Equal(143, (await wait).ExitCode);
    }

    [Fact]
    public async Task A_container_that_a_dead_engine_froze_for_a_commit_goes_on()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync();
        await house.Runtime.PauseAsync(id);
        string mark = $"{house.RunRoot}/containers/{id}/committing";
        await File.WriteAllTextAsync(mark, "", Cancellation);

        await house.ReopenAsync();

        Assert.Empty(house.Runtime.Paused);
        Assert.False(File.Exists(mark));
        Assert.Equal(ContainerStatus.Running, house.Containers.Inspect(id).State.Status);
    }

    [Fact]
    public async Task An_end_that_nobody_saw_has_its_true_exit_code()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync();
        await house.Engine.DisposeAsync();
        monitor.Exit(42);

        await house.ReopenAsync();

        ContainerState state = house.Containers.Inspect(id).State;
        Assert.Equal(ContainerStatus.Exited, state.Status);
        Assert.Equal(42, state.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.RunRoot}/containers"));
    }

    [Fact]
    public async Task A_container_with_rm_that_ended_meanwhile_is_removed()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (_, FakeMonitor monitor) = await house.RunAsync(change: EngineHouse.AutoRemoved);
        await house.Engine.DisposeAsync();
        monitor.Exit(0);

        await house.ReopenAsync();

        Assert.Empty(house.Containers.List(new ContainerFilter { All = true }));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.DataRoot}/containers"));
    }

    [Fact]
    public async Task A_container_with_rm_that_runs_on_is_removed_when_it_ends()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync(change: EngineHouse.AutoRemoved);
        await house.ReopenAsync();
        Task<WaitResult> removed = house.Containers.WaitAsync(id, WaitCondition.Removed, Cancellation);

        monitor.Exit(9);

        Assert.Equal(9, (await removed).ExitCode);
    }

    [Fact]
    public async Task A_monitor_that_died_with_the_engine_is_reported_and_its_cgroup_ended()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync();
        await house.Engine.DisposeAsync();
        monitor.Die();

        await house.ReopenAsync();

        ContainerState state = house.Containers.Inspect(id).State;
        Assert.Equal(137, state.ExitCode);
        Assert.Equal("the monitor of the container died", state.Error);
        Assert.Contains(id, house.Runtime.Deleted);
    }

    [Fact]
    public async Task A_reboot_leaves_containers_exited_with_255()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync();
        await house.Engine.DisposeAsync();
        Directory.Delete(house.RunRoot, recursive: true);

        await house.ReopenAsync();

        ContainerState state = house.Containers.Inspect(id).State;
        Assert.Equal(ContainerStatus.Exited, state.Status);
        Assert.Equal(255, state.ExitCode);
    }

    [Fact]
    public async Task A_half_made_container_is_undone()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync("web");
        await house.Engine.DisposeAsync();
        File.Delete($"{house.DataRoot}/containers/{id}/container.json");

        await house.ReopenAsync();

        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.DataRoot}/containers"));
        await house.CreateAsync("web");
    }

    [Fact]
    public async Task A_removal_that_was_cut_is_finished()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync("web");
        await house.Engine.DisposeAsync();
        Directory.Move($"{house.DataRoot}/containers/{id}", $"{house.DataRoot}/containers/.removing-{id}");
        Directory.CreateDirectory($"{house.RunRoot}/containers/{id}/exec");

        await house.ReopenAsync();

        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.DataRoot}/containers"));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.RunRoot}/containers"));
    }

    [Fact]
    public async Task A_start_that_was_cut_before_its_monitor_is_undone()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync();
        await house.Engine.DisposeAsync();
        monitor.Die();
        File.Delete($"{house.RunRoot}/containers/{id}/monitor.sock");
        Directory.Delete($"{house.RunRoot}/runtime/{id}", recursive: true);

        await house.ReopenAsync();

        ContainerState state = house.Containers.Inspect(id).State;
        Assert.Equal(ContainerStatus.Created, state.Status);
        Assert.True(await house.Containers.StartAsync(id, Cancellation));
    }

    [Fact]
    public async Task A_start_that_was_cut_before_its_last_word_is_finished()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, FakeMonitor monitor) = await house.RunAsync();
        await house.Engine.DisposeAsync();
        // The record says "running"; a monitor waits for its start.
        monitor.Die();
        File.Delete($"{house.RunRoot}/containers/{id}/monitor.sock");
        var waiting = (FakeMonitor)await house.Runtime.StartMonitorAsync(monitor.Launch, Cancellation);

        await house.ReopenAsync();

        Assert.Equal(["start"], waiting.Requests.Where(request => !request.StartsWith("layer ", StringComparison.Ordinal)));
        Assert.Equal(waiting.Pid, house.Containers.Inspect(id).State.Pid);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_told_and_left_alone()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync();
        await house.Engine.DisposeAsync();
        await File.WriteAllTextAsync($"{house.DataRoot}/containers/{id}/container.json", "{", Cancellation);

        await house.ReopenAsync();

        Assert.Contains(
            house.Engine.Info.Warnings,
            warning => warning.StartsWith($"read the record of container {id}: ", StringComparison.Ordinal)
        );
        Assert.True(Directory.Exists($"{house.DataRoot}/containers/{id}/upper"));
    }

    [Fact]
    public async Task Execs_that_run_are_known_to_a_new_engine()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        (string id, _) = await house.RunAsync();
        string exec = house.Engine.Execs.Create(id, new ExecConfiguration { Command = ["sleep", "9"] });
        await house.Engine.Execs.StartAsync(exec, attach: null, cancellationToken: Cancellation);

        await house.ReopenAsync();

        Assert.True(house.Engine.Execs.Inspect(exec).IsRunning);
        Assert.Equal([exec], house.Containers.Inspect(id).ExecIds);
        Assert.Equal(["sleep", "9"], house.Engine.Execs.Inspect(exec).Configuration.Command);
    }

    [Fact]
    public async Task Names_stay_unique_after_a_restart()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync("web");

        await house.ReopenAsync();

        ConflictException e = await Assert.ThrowsAsync<ConflictException>(() => house.CreateAsync("web"));
        Assert.Equal(
            $"Conflict. The container name \"/web\" is already in use by container \"{id}\". "
                + "You have to remove (or rename) that container to be able to reuse that name.",
            e.Message
        );
    }
}

using Conex.Engine.Errors;
using Conex.Engine.Hosts;
using Conex.Engine.Monitors;
using Conex.Engine.Mounts;
using Conex.Engine.Runtimes;
using Conex.Engine.Specs;
using Conex.Engine.Users;
using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Mounts;
using Conex.Linux.Processes;

namespace Conex.Engine.Containers;

/// <summary>Starts containers.</summary>
internal sealed class ContainerStart(
    ContainerStore store,
    ContainerEvents events,
    ContainerRemoval removal,
    ContainerEnd end,
    ContainerLayers layers,
    IRuntimeProgram runtime,
    TimeProvider time
)
{
    private const int NeverStartedCode = 128;
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    /// <returns>False when the container runs already.</returns>
    internal async Task<bool> StartAsync(Container container, CancellationToken cancellationToken)
    {
        await container.Operation.WaitAsync(cancellationToken);
        try
        {
            if (container.State.Status == ContainerStatus.Removing)
            {
                throw new ConflictException("container is marked for removal and cannot be started");
            }
            if (container.State.IsRunning)
            {
                return false;
            }
            await RunAsync(container);
            return true;
        }
        finally
        {
            container.Operation.Release();
        }
    }

    private async Task RunAsync(Container container)
    {
        MonitorRun? run = null;
        Task recorded = Task.CompletedTask;
        try
        {
            IReadOnlyList<LayerSource> sources = layers.Open(container.Record);
            SpecParts parts = Prepare(container, sources);
            ContainerStore.MakeRunDirectory(container.Files);
            CrashStep.At("container.start.run-directory-made");
            // The record on the disk says "running" before anything runs, so that a run is never forgotten; memory says it afterwards.
            recorded = RecordIntent(container);
            run = await MonitorRun.LaunchAsync(runtime, Launch(container, parts, sources), time);
            CrashStep.At("container.start.monitor-launched");
            await ConnectAsync(run, container.Begin(run));
            int pid = await run.StartAsync();
            await recorded;
            CrashStep.At("container.start.started");
            container.Change(state => Running(state, pid));
            events.Publish(container, "start");
            end.Watch(container, run);
        }
        catch (Exception e)
        {
            await UndoAsync(container, run, recorded, e);
            throw;
        }
    }

    private SpecParts Prepare(Container container, IReadOnlyList<LayerSource> sources)
    {
        ContainerRecord record = container.Record;
        SpecParts parts = SpecParts.From(record.Configuration);
        BindSources.Prepare(parts.Mounts);
        ContainerUser user = ContainerLayers.FindUser(sources, record, container.Files, record.Configuration.User);
        byte[] specification = ContainerSpec.Build(record, parts, user, container.Files);
        ContainerStore.WriteStartFiles(record, container.Files, specification, sources, layers.StrategyFor(sources), parts.Network.IsHost);
        return parts;
    }

    private Task RecordIntent(Container container)
    {
        ContainerRecord intent = container.Record with { State = Running(container.State, 0), BootId = HostFacts.BootId };
        if (container.IsAutoRemoved)
        {
            store.WriteRecord(intent, container.Files);
            CrashStep.At("container.start.record-written");
            return Task.CompletedTask;
        }
        // The disk's time to sync passes while the runtime works.
        return Task.Run(() =>
        {
            store.WriteRecord(intent, container.Files);
            CrashStep.At("container.start.record-synced");
        });
    }

    private ContainerState Running(ContainerState state, int pid) =>
        state with
        {
            Status = ContainerStatus.Running,
            Pid = pid,
            ExitCode = 0,
            OomKilled = false,
            Error = "",
            StartedAt = time.GetUtcNow(),
        };

    private static MonitorLaunch Launch(Container container, SpecParts parts, IReadOnlyList<LayerSource> sources)
    {
        ContainerConfiguration configuration = container.Record.Configuration;
        return new MonitorLaunch
        {
            ContainerId = container.Id,
            RunDirectory = container.Files.RunDirectory,
            Bundle = container.Files.Bundle,
            LogFile = container.Files.Log,
            LogMaximumSize = parts.Log.MaximumSize,
            LogMaximumFiles = parts.Log.MaximumFiles,
            Stdin = configuration.OpenStdin,
            StdinOnce = configuration.StdinOnce,
            Layers = [.. sources.Select(source => source.Mount).OfType<MountHandle>()],
        };
    }

    /// <summary>Ends a run that must not go on; one whose start failed ends by itself, unless its monitor was killed.</summary>
    private async Task EndAsync(Container container, MonitorRun run)
    {
        try
        {
            if (!run.Exited.IsCompleted)
            {
                await run.KillAsync(Signal.SIGKILL, everything: true);
            }
            await run.Gone.WaitAsync(EndPatience, time);
            if (store.HasRuntimeState(container.Id))
            {
                await runtime.DeleteAsync(container.Id);
            }
        }
        catch (Exception e) when (e is RuntimeException or TimeoutException)
        {
            // The next start of the engine finds what is left by its run directory.
        }
        run.Dispose();
    }

    private static async Task ConnectAsync(MonitorRun run, IReadOnlyList<PendingAttachment> waiting)
    {
        foreach (PendingAttachment attachment in waiting)
        {
            await AttachAsync(run, attachment);
        }
    }

    /// <summary>Gives an attachment its connection.</summary>
    internal static async Task AttachAsync(MonitorRun run, PendingAttachment attachment)
    {
        System.Net.Sockets.Socket? socket = null;
        try
        {
            socket = await run.AttachAsync(attachment.Streams);
        }
        catch (RuntimeException)
        {
            // The monitor refuses: the client's stream ends at once.
        }
        if (!attachment.TryConnect(socket))
        {
            socket?.Dispose();
        }
    }

    /// <summary>Leaves the container as it was, with the error in its state; one with <c>--rm</c> goes.</summary>
    private async Task UndoAsync(Container container, MonitorRun? run, Task recorded, Exception cause)
    {
        container.End();
        if (run is not null)
        {
            await EndAsync(container, run);
        }
        // Two writers of one record would be in each other's way; this one's failure is told by the next write.
        await recorded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        int code = cause is StartFailedException failure ? failure.ExitCode : NeverStartedCode;
        ContainerRecord record = container.Change(state => state with { ExitCode = code, Error = cause.Message });
        try
        {
            if (container.IsAutoRemoved)
            {
                removal.Remove(container);
                return;
            }
            store.WriteRecord(record, container.Files);
            CrashStep.At("container.start.failure-written");
            ContainerStore.RemoveRunDirectory(container.Files);
        }
        catch (Exception e) when (e is ConflictException or KernelException)
        {
            // The failure of the start is what the caller has to know.
        }
    }
}

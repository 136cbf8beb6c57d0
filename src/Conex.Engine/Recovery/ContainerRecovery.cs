using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Execs;
using Conex.Engine.Hosts;
using Conex.Engine.Images;
using Conex.Engine.Monitors;
using Conex.Engine.Runtimes;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Recovery;

/// <summary>What a new engine does first: finds the containers that run, works up the ends that happened meanwhile, and finishes or undoes
/// whatever was cut short.</summary>
internal sealed class ContainerRecovery(
    ContainerIndex index,
    ContainerStore store,
    ContainerEvents events,
    ContainerEnd end,
    ContainerRemoval removal,
    ExecService execs,
    ContainerLayers layers,
    IRuntimeProgram runtime,
    TimeProvider time
)
{
    private const int LostByReboot = 255;

    /// <param name="problems">Gets a sentence for everything that could not be put right.</param>
    internal async Task RecoverAsync(ICollection<string> problems)
    {
        foreach (ContainerRecord record in store.Load(problems))
        {
            index.Add(new Container(record, store.FilesOf(record.Id)));
        }
        await RemoveStrangersAsync(problems);
        await Task.WhenAll(index.All.Select(container => RecoverAsync(container, problems)));
        removal.ReleaseImages();
    }

    /// <summary>Runs without a container: a removal was cut after its first step.</summary>
    private async Task RemoveStrangersAsync(ICollection<string> problems)
    {
        foreach (string id in store.RunningIds())
        {
            if (index.TryFind(id, out _))
            {
                continue;
            }
            try
            {
                await runtime.DeleteAsync(id);
                ContainerStore.RemoveRunDirectory(store.FilesOf(id));
            }
            catch (Exception e) when (e is RuntimeException or KernelException)
            {
                Note(problems, id, e);
            }
        }
    }

    private async Task RecoverAsync(Container container, ICollection<string> problems)
    {
        try
        {
            if (container.State.IsRunning)
            {
                await RecoverRunAsync(container);
            }
            else
            {
                // A start was cut before its record, or an end after it: nothing runs.
                if (store.HasRuntimeState(container.Id))
                {
                    await runtime.DeleteAsync(container.Id);
                }
                ContainerStore.RemoveRunDirectory(container.Files);
                if (container.IsAutoRemoved && container.State.FinishedAt is not null)
                {
                    removal.Remove(container);
                }
            }
        }
        catch (Exception e) when (e is RuntimeException or KernelException or ConflictException)
        {
            Note(problems, container.Id, e);
        }
    }

    private async Task RecoverRunAsync(Container container)
    {
        ContainerFiles files = container.Files;
        if (
            PathAt.Status(files.RunDirectory) is null
            || !string.Equals(container.Record.BootId, HostFacts.BootId, StringComparison.Ordinal)
        )
        {
            await FinishAsync(container, new ExitReport { ExitCode = LostByReboot, FinishedAt = time.GetUtcNow() });
        }
        else if (ExitReport.TryRead(files.Exit) is { } report)
        {
            await FinishAsync(container, report);
        }
        else if (await MonitorRun.TryReconnectAsync(files.RunDirectory, time) is { } run)
        {
            await AdoptAsync(container, run);
        }
        else if (PathAt.Status(files.Socket) is null && !store.HasRuntimeState(container.Id))
        {
            UndoStart(container);
        }
        else
        {
            // The monitor may have ended between the two looks.
            await FinishAsync(container, ExitReport.TryRead(files.Exit) ?? ExitReport.MonitorDied(time.GetUtcNow()));
        }
    }

    private async Task AdoptAsync(Container container, MonitorRun run)
    {
        container.Begin(run);
        MonitorState state = await run.FirstState;
        if (state.Stage == MonitorStage.Waiting)
        {
            // The start was asked for and recorded; only its last word is missing.
            try
            {
                await run.StartAsync();
                events.Publish(container, "start");
            }
            catch (StartFailedException)
            {
                // Its end says so.
            }
        }
        container.Change(one => one with { Pid = run.Pid });
        await LayerHandover.TakeAsync(container, layers);
        await AdoptExecsAsync(container);
        end.Watch(container, run);
        await ContainerCommits.ThawAsync(runtime, container);
    }

    private async Task AdoptExecsAsync(Container container)
    {
        if (PathAt.Status(container.Files.Execs) is null)
        {
            return;
        }
        IReadOnlyList<DirectoryEntry> entries;
        using (DirectoryHandle directory = PathAt.OpenDirectory(container.Files.Execs))
        {
            entries = DirectoryEntries.Read(directory);
        }
        foreach (DirectoryEntry entry in entries)
        {
            await execs.AdoptAsync(container, entry.Text);
        }
    }

    private Task FinishAsync(Container container, ExitReport report) => end.FinishAsync(container, report, Task.CompletedTask);

    /// <summary>The engine ended before it had launched a monitor: the container is what it was.</summary>
    private void UndoStart(Container container)
    {
        ContainerStore.RemoveRunDirectory(container.Files);
        ContainerRecord record = container.Change(state =>
            state with
            {
                Status = state.FinishedAt is null ? ContainerStatus.Created : ContainerStatus.Exited,
                Pid = 0,
                Error = "the engine ended while it started the container; start it again",
            }
        );
        if (container.IsAutoRemoved)
        {
            removal.Remove(container);
        }
        else
        {
            store.WriteRecord(record, container.Files);
        }
    }

    private static void Note(ICollection<string> problems, string id, Exception e)
    {
        lock (problems)
        {
            problems.Add($"recover container {id}: {e.Message}");
        }
    }
}

using Conex.Engine.Errors;
using Conex.Engine.Monitors;
using Conex.Engine.Runtimes;
using Conex.Linux.Errors;
using Conex.Linux.Faults;

namespace Conex.Engine.Containers;

/// <summary>What follows when a container's run is over: the record, the events, the waiting clients, the clean-up, the removal with <c>--rm</c>.</summary>
internal sealed class ContainerEnd(
    ContainerStore store,
    ContainerEvents events,
    ContainerRemoval removal,
    IRuntimeProgram runtime,
    TimeProvider time
)
{
    /// <summary>Works the end up when it comes.</summary>
    internal void Watch(Container container, MonitorRun run) => container.Settled = WatchAsync(container, run);

    /// <summary>Works up the end of a run that is over.</summary>
    /// <param name="gone">Completes when the monitor has left.</param>
    internal async Task FinishAsync(Container container, ExitReport report, Task gone)
    {
        await container.Operation.WaitAsync();
        try
        {
            string? trouble = report.IsMonitorDeath ? await EndCgroupAsync(container) : null;
            container.End(report.Ran ? Explain(report, trouble) : null);
            ContainerRecord record = container.Change(state => After(state, report, trouble));
            events.PublishDeath(container);
            container.AnswerExit();
            if (!container.IsAutoRemoved)
            {
                store.WriteRecord(record, container.Files);
                CrashStep.At("container.exit.record-written");
            }
            await gone;
            if (store.HasRuntimeState(container.Id))
            {
                // The monitor was killed between its report and its clean-up.
                await EndCgroupAsync(container);
            }
            await container.Execs.EndedAsync();
            if (container.IsAutoRemoved)
            {
                Remove(container);
                return;
            }
            ContainerStore.RemoveRunDirectory(container.Files);
            CrashStep.At("container.exit.run-directory-removed");
        }
        finally
        {
            container.Operation.Release();
        }
    }

    /// <summary>The state after a run.</summary>
    internal ContainerState After(ContainerState state, ExitReport report, string? trouble)
    {
        return state with
        {
            // A run whose start failed leaves the container as it was before.
            Status =
                state.Status == ContainerStatus.Removing ? ContainerStatus.Removing
                : report.Ran || state.FinishedAt is not null ? ContainerStatus.Exited
                : ContainerStatus.Created,
            Pid = 0,
            ExitCode = report.ExitCode,
            OomKilled = report.OomKilled,
            Error = Explain(report, trouble) ?? "",
            StartedAt = report.StartedAt ?? state.StartedAt,
            FinishedAt = report.FinishedAt ?? time.GetUtcNow(),
        };
    }

    private static string? Explain(ExitReport report, string? trouble) => trouble is null ? report.Error : $"{report.Error}; {trouble}";

    private async Task WatchAsync(Container container, MonitorRun run)
    {
        ExitReport report = await run.Exited;
        await FinishAsync(container, report, run.Gone);
    }

    private void Remove(Container container)
    {
        try
        {
            removal.Remove(container);
        }
        catch (Exception e) when (e is ConflictException or KernelException)
        {
            // Somebody removes it already, or the state says why it is still there.
        }
    }

    /// <summary>Ends what a dead monitor left running.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    private async Task<string?> EndCgroupAsync(Container container)
    {
        try
        {
            await runtime.DeleteAsync(container.Id);
            return null;
        }
        catch (RuntimeException e)
        {
            return e.Message;
        }
    }
}

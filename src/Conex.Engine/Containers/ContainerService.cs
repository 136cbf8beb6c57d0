using Conex.Engine.Errors;
using Conex.Engine.Images;
using Conex.Engine.Logs;
using Conex.Engine.Monitors;
using Conex.Engine.Processes;
using Conex.Engine.Runtimes;

namespace Conex.Engine.Containers;

/// <summary>The containers. A reference is a name, an ID or a unique prefix of an ID; every method that takes one throws
/// <see cref="NotFoundException"/> when nothing fits.</summary>
public sealed class ContainerService
{
    private readonly ContainerIndex index;
    private readonly ContainerCreation creation;
    private readonly ContainerStart start;
    private readonly ContainerStop stop;
    private readonly ContainerRemoval removal;
    private readonly ContainerEvents events;
    private readonly ImageService images;
    private readonly IRuntimeProgram runtime;
    private readonly TimeProvider time;
    private readonly LogWatch logWatch = new();

    internal ContainerService(
        ContainerIndex index,
        ContainerCreation creation,
        ContainerStart start,
        ContainerStop stop,
        ContainerRemoval removal,
        ContainerEvents events,
        ImageService images,
        IRuntimeProgram runtime,
        TimeProvider time
    )
    {
        this.index = index;
        this.creation = creation;
        this.start = start;
        this.stop = stop;
        this.removal = removal;
        this.events = events;
        this.images = images;
        this.runtime = runtime;
        this.time = time;
    }

    /// <summary>Makes a container; nothing runs yet.</summary>
    /// <param name="name">Null or empty: one is made up.</param>
    /// <exception cref="NotFoundException">No such image.</exception>
    /// <exception cref="ConflictException">The name is in use.</exception>
    /// <exception cref="InvalidRequestException">Something in the configuration is impossible.</exception>
    /// <exception cref="NotAvailableException">This engine cannot do what the configuration asks for.</exception>
    public Task<CreatedContainer> CreateAsync(
        string? name,
        ContainerConfiguration configuration,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        // A container with --rm costs a few system calls; another one is synced to the disk, away from the caller's thread.
        return configuration.Host.AutoRemove
            ? Task.FromResult(creation.Create(name, configuration))
            : Task.Run(() => creation.Create(name, configuration), CancellationToken.None);
    }

    /// <summary>Runs a container; one that has ended runs again on the same writable layer.</summary>
    /// <returns>False when it runs already.</returns>
    /// <exception cref="StartFailedException">The runtime refused, or the program cannot be executed.</exception>
    /// <exception cref="InvalidRequestException">The user is not in the container's passwd file, or a bind's source is missing.</exception>
    public Task<bool> StartAsync(string reference, CancellationToken cancellationToken = default) =>
        start.StartAsync(index.Find(reference), cancellationToken);

    /// <summary>Asks a container to end, and kills it when it does not in time.</summary>
    /// <param name="timeout">Seconds; null: the container's; -1: for ever.</param>
    /// <param name="signal">Null: the container's.</param>
    /// <returns>False when it does not run.</returns>
    public Task<bool> StopAsync(
        string reference,
        int? timeout = null,
        string? signal = null,
        CancellationToken cancellationToken = default
    ) => stop.StopAsync(index.Find(reference), timeout, signal, cancellationToken);

    /// <summary>Sends a signal to a container's first process; with SIGKILL, ends everything in it and waits for the end.</summary>
    /// <param name="signal">Null: SIGKILL.</param>
    /// <exception cref="ConflictException">It does not run.</exception>
    public Task KillAsync(string reference, string? signal = null, CancellationToken cancellationToken = default) =>
        stop.KillAsync(index.Find(reference), signal).WaitAsync(cancellationToken);

    /// <summary>Waits. An unknown container throws at the call, not by the task, so that a server can answer before it waits.</summary>
    public Task<WaitResult> WaitAsync(string reference, WaitCondition condition, CancellationToken cancellationToken = default) =>
        index.Find(reference).WaitAsync(condition, cancellationToken);

    /// <summary>Removes a container with its writable layer and its log.</summary>
    /// <param name="force">Whether a running one is killed first.</param>
    /// <exception cref="ConflictException">It runs, or is being removed already.</exception>
    public async Task RemoveAsync(string reference, bool force = false, CancellationToken cancellationToken = default)
    {
        Container container = index.Find(reference);
        if (container is { State.IsRunning: true })
        {
            if (!force)
            {
                throw new ConflictException(
                    $"cannot remove container \"/{container.Record.Name}\": container is running: "
                        + "stop the container before removing or force remove"
                );
            }
            Task removed = container.WaitAsync(WaitCondition.Removed, CancellationToken.None);
            if (container.Run is { } run)
            {
                await stop.EndAsync(container, run).WaitAsync(cancellationToken);
            }
            if (container.IsAutoRemoved)
            {
                // Its end removes it.
                await Task.WhenAny(removed, container.Settled).WaitAsync(cancellationToken);
                return;
            }
        }
        await container.Operation.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => removal.Remove(container), CancellationToken.None);
        }
        finally
        {
            container.Operation.Release();
        }
    }

    /// <summary>The containers that fit, the newest first.</summary>
    /// <exception cref="InvalidRequestException">An unknown filter or value.</exception>
    public IReadOnlyList<ContainerDetails> List(ContainerFilter filter)
    {
        var match = new ContainerFilterMatch(filter, index, images);
        IEnumerable<Container> fitting = index.All.Where(match.Fits).OrderByDescending(container => container.Record.CreatedAt);
        return [.. (filter.Limit > 0 ? fitting.Take(filter.Limit) : fitting).Select(ContainerView.Of)];
    }

    /// <summary>All of one container.</summary>
    public ContainerDetails Inspect(string reference) => ContainerView.Of(index.Find(reference));

    /// <summary>The processes of a running container.</summary>
    /// <param name="psArguments">Options of ps(1); null or <c>-ef</c> need no ps on the host.</param>
    /// <exception cref="ConflictException">It does not run.</exception>
    /// <exception cref="NotAvailableException">Other options, and the host has no ps.</exception>
    public async Task<ProcessTable> TopAsync(string reference, string? psArguments = null, CancellationToken cancellationToken = default)
    {
        Container container = index.Find(reference);
        _ = RequireRun(container);
        IReadOnlyList<int> processes = await runtime.ProcessesAsync(container.Id, cancellationToken);
        events.Publish(container, "top");
        return psArguments is null or "" or "-ef"
            ? ProcessRows.Read(processes, time.GetUtcNow())
            : await HostPs.ReadAsync(psArguments, processes, cancellationToken);
    }

    /// <summary>The output of a container. An unknown container throws at the call.</summary>
    public IAsyncEnumerable<LogEntry> ReadLogs(string reference, LogQuery query, CancellationToken cancellationToken = default)
    {
        Container container = index.Find(reference);
        Task ended = query.Follow ? container.WaitAsync(WaitCondition.NotRunning, cancellationToken) : Task.CompletedTask;
        return new LogReader(container.Files.Log, query, logWatch, time).ReadAsync(ended, cancellationToken);
    }

    /// <summary>Asks for a connection to a container's streams. Nothing of the output is lost when it is asked for before the start.</summary>
    /// <exception cref="ConflictException">The container is being removed.</exception>
    public PendingAttachment Attach(string reference, AttachStreams streams)
    {
        Container container = index.Find(reference);
        if (container.State.Status == ContainerStatus.Removing)
        {
            throw ContainerRemoval.InProgress(container);
        }
        var attachment = new PendingAttachment(streams);
        if (container.Attach(attachment) is { } run)
        {
            _ = ContainerStart.AttachAsync(run, attachment);
        }
        events.Publish(container, "attach");
        return attachment;
    }

    /// <summary>Sets the size of a running container's terminal.</summary>
    /// <exception cref="ConflictException">It does not run, or has no terminal.</exception>
    public async Task ResizeAsync(string reference, TerminalSize size, CancellationToken cancellationToken = default)
    {
        Container container = index.Find(reference);
        MonitorRun run = RequireRun(container);
        try
        {
            await run.ResizeAsync(size).WaitAsync(cancellationToken);
        }
        catch (RuntimeException e)
        {
            throw new ConflictException(e.Message);
        }
        events.Publish(
            container,
            "resize",
            ("height", size.Rows.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("width", size.Columns.ToString(System.Globalization.CultureInfo.InvariantCulture))
        );
    }

    private static MonitorRun RequireRun(Container container) =>
        container is { State.IsRunning: true, Run: { } run }
            ? run
            : throw new ConflictException($"container {container.Id} is not running");
}

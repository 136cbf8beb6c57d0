using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Monitors;
using Conex.Engine.Runtimes;
using Conex.Engine.Specs;
using Conex.Engine.Users;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Processes;

namespace Conex.Engine.Execs;

/// <summary>Processes added to running containers.</summary>
public sealed class ExecService
{
    // As docker: a client may ask for the exit code of an exec for a while.
    private static readonly TimeSpan Remembrance = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Exec> execs = new(StringComparer.Ordinal);
    private readonly ContainerIndex index;
    private readonly ContainerEvents events;
    private readonly ContainerLayers layers;
    private readonly IRuntimeProgram runtime;
    private readonly TimeProvider time;

    internal ExecService(ContainerIndex index, ContainerEvents events, ContainerLayers layers, IRuntimeProgram runtime, TimeProvider time)
    {
        this.layers = layers;
        this.index = index;
        this.events = events;
        this.runtime = runtime;
        this.time = time;
    }

    /// <summary>Prepares an exec; nothing runs yet.</summary>
    /// <returns>Its ID.</returns>
    /// <exception cref="NotFoundException">No such container.</exception>
    /// <exception cref="ConflictException">The container does not run.</exception>
    /// <exception cref="InvalidRequestException">There is no command, or a variable without a name.</exception>
    public string Create(string containerReference, ExecConfiguration configuration)
    {
        Container container = index.Find(containerReference);
        RequireRunning(container);
        if (configuration.Command is [] or ["", ..])
        {
            throw new InvalidRequestException("no exec command specified");
        }
        EnvironmentVariables.Check(configuration.Environment);
        Forget();
        string id = RandomId.Create();
        Add(new Exec(id, container, configuration, $"{container.Files.Execs}/{id}"));
        events.Publish(container, $"exec_create: {string.Join(' ', configuration.Command)}", ("execID", id));
        return id;
    }

    /// <summary>Throws what <see cref="StartAsync"/> would throw for an exec that cannot be started: for servers that answer first.</summary>
    /// <exception cref="NotFoundException">No such exec.</exception>
    /// <exception cref="ConflictException">It runs or has run, or the container does not run.</exception>
    public void RequireStartable(string id)
    {
        Exec exec = Find(id);
        if (!exec.IsCreated)
        {
            throw StartedBefore(exec);
        }
        RequireRunning(exec.Container);
    }

    /// <summary>Starts an exec.</summary>
    /// <param name="attach">The streams to connect; null: none (detached).</param>
    /// <param name="size">The terminal's first size; null: that of the configuration.</param>
    /// <returns>The connected socket as in <see cref="PendingAttachment.Connection"/>; null when detached.</returns>
    /// <exception cref="StartFailedException">The runtime refused, or the program cannot be executed.</exception>
    public async Task<Socket?> StartAsync(
        string id,
        AttachStreams? attach,
        TerminalSize? size = null,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireStartable(id);
        Exec exec = Find(id);
        if (!exec.TryBegin())
        {
            throw StartedBefore(exec);
        }
        try
        {
            return await RunAsync(exec, attach, size);
        }
        catch (Exception e)
        {
            exec.End(e is StartFailedException failure ? failure.ExitCode : 126, time.GetUtcNow());
            Remove(exec.Directory);
            throw;
        }
    }

    /// <summary>An exec at this moment.</summary>
    /// <exception cref="NotFoundException">No such exec.</exception>
    public ExecDetails Inspect(string id) => Find(id).Details;

    /// <summary>Waits until an exec has ended.</summary>
    /// <returns>False when it still runs after <paramref name="patience"/>.</returns>
    public async Task<bool> WaitAsync(string id, TimeSpan patience)
    {
        Exec exec = Find(id);
        try
        {
            await exec.Ended.WaitAsync(patience, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Sets the size of a running exec's terminal.</summary>
    /// <exception cref="ConflictException">It does not run.</exception>
    public async Task ResizeAsync(string id, TerminalSize size, CancellationToken cancellationToken = default)
    {
        Exec exec = Find(id);
        if (exec is not { Run: { } run, IsRunning: true })
        {
            throw new ConflictException($"exec process is not running: {id}");
        }
        await run.ResizeAsync(size).WaitAsync(cancellationToken);
    }

    /// <summary>Takes an exec of an earlier engine over: it runs, or it ended meanwhile.</summary>
    internal async Task AdoptAsync(Container container, string id)
    {
        string directory = $"{container.Files.Execs}/{id}";
        if (ExecFiles.TryRead(directory) is not { } configuration)
        {
            Remove(directory);
            return;
        }
        var exec = new Exec(id, container, configuration, directory);
        exec.TryBegin();
        Add(exec);
        if (ExitReport.TryRead($"{directory}/exit.json") is { } report)
        {
            Finish(exec, report);
            Remove(directory);
        }
        else if (await MonitorRun.TryReconnectAsync(directory, time) is { } run)
        {
            if ((await run.FirstState).Stage == MonitorStage.Waiting)
            {
                // Its client is gone and was told that it failed.
                await CancelAsync(run);
            }
            exec.Begin(run);
            exec.Settled = WatchAsync(exec, run);
        }
        else
        {
            Finish(exec, ExitReport.MonitorDied(time.GetUtcNow()));
            Remove(directory);
        }
    }

    /// <summary>Forgets the execs of a container that is removed.</summary>
    internal void Forget(Container container)
    {
        foreach (Exec exec in container.Execs.All)
        {
            execs.TryRemove(exec.Id, out _);
        }
    }

    private static void RequireRunning(Container container)
    {
        if (!container.State.IsRunning)
        {
            throw new ConflictException($"container {container.Id} is not running");
        }
    }

    private static ConflictException StartedBefore(Exec exec) =>
        new(exec.IsRunning ? $"Error: Exec command {exec.Id} is already running" : $"Error: Exec command {exec.Id} has already run");

    private static void Remove(string directory)
    {
        try
        {
            ExecFiles.Remove(directory);
        }
        catch (KernelException)
        {
            // It goes with the container's run directory.
        }
    }

    private async Task<Socket?> RunAsync(Exec exec, AttachStreams? attach, TerminalSize? size)
    {
        Container container = exec.Container;
        ContainerRecord record = container.Record;
        ExecConfiguration configuration = exec.Configuration;
        string user = configuration.User.Length > 0 ? configuration.User : record.Configuration.User;
        ContainerUser numbers = ContainerLayers.FindUser(layers.Open(record), record, container.Files, user);
        SpecParts parts = SpecParts.From(record.Configuration);
        ExecFiles.Write(exec, ProcessSpec.ForExec(record, parts, configuration, numbers, size).ToUtf8Json());
        var launch = new MonitorLaunch
        {
            ContainerId = container.Id,
            RunDirectory = exec.Directory,
            ProcessFile = ExecFiles.ProcessFile(exec.Directory),
            Stdin = configuration.AttachStdin,
        };
        MonitorRun run = await MonitorRun.LaunchAsync(runtime, launch, time);
        CrashStep.At("exec.start.monitor-launched");
        Socket? streams = null;
        try
        {
            streams = attach is { } wanted ? await run.AttachAsync(wanted) : null;
            await run.StartAsync();
        }
        catch
        {
            streams?.Dispose();
            throw;
        }
        CrashStep.At("exec.start.started");
        exec.Begin(run);
        events.Publish(container, $"exec_start: {string.Join(' ', configuration.Command)}", ("execID", exec.Id));
        exec.Settled = WatchAsync(exec, run);
        return streams;
    }

    private async Task WatchAsync(Exec exec, MonitorRun run)
    {
        ExitReport report = await run.Exited;
        Finish(exec, report);
        await run.Gone;
        Remove(exec.Directory);
        CrashStep.At("exec.exit.directory-removed");
    }

    private void Finish(Exec exec, ExitReport report)
    {
        exec.End(report.ExitCode, report.FinishedAt ?? time.GetUtcNow());
        events.Publish(
            exec.Container,
            "exec_die",
            ("execID", exec.Id),
            ("exitCode", report.ExitCode.ToString(CultureInfo.InvariantCulture))
        );
    }

    private static async Task CancelAsync(MonitorRun run)
    {
        try
        {
            await run.KillAsync(Signal.SIGKILL);
        }
        catch (RuntimeException)
        {
            // It goes with the container.
        }
    }

    private Exec Find(string id) =>
        execs.TryGetValue(id, out Exec? exec) ? exec : throw new NotFoundException($"No such exec instance: {id}");

    private void Add(Exec exec)
    {
        execs[exec.Id] = exec;
        exec.Container.Execs.Add(exec);
    }

    /// <summary>Forgets execs that ended a while ago, or belong to containers that are gone.</summary>
    private void Forget()
    {
        DateTimeOffset limit = time.GetUtcNow() - Remembrance;
        foreach (Exec exec in execs.Values)
        {
            if (exec.EndedAt < limit)
            {
                execs.TryRemove(exec.Id, out _);
                exec.Container.Execs.Remove(exec);
            }
        }
    }
}

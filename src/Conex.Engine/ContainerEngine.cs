using Conex.Engine.Checks;
using Conex.Engine.Containers;
using Conex.Engine.Events;
using Conex.Engine.Execs;
using Conex.Engine.Hosts;
using Conex.Engine.Images;
using Conex.Engine.Recovery;
using Conex.Engine.RootFilesystems;
using Conex.Engine.Runtimes;
using Conex.Images;
using Conex.Linux.Files;

namespace Conex.Engine;

/// <summary>The engine: containers, images and what happens to them, in one data directory. One process at a time may have it open, which the
/// holder of <c>DataRoot/lock</c> makes sure of.</summary>
public sealed class ContainerEngine : IAsyncDisposable
{
    private const uint Searchable = 0x1C9; // 0711
    private const uint OwnerOnly = 0x1C0; // 0700
    private readonly EngineOptions options;
    private readonly ContainerIndex index;
    private readonly string engineId;

    private ContainerEngine(EngineOptions options)
    {
        this.options = options;
        TimeProvider time = options.Time;
        var paths = new EnginePaths(options.DataRoot, options.RunRoot);
        MakeDirectories(paths);
        engineId = EngineIdentity.ReadOrMake(paths);
        IRuntimeProgram runtime =
            options.Runtime
            ?? new RuntimeProgram(
                options.RuntimePath,
                paths.RuntimeState,
                options.ConexdPath,
                options.EngineSocket ?? $"{options.RunRoot}/conex.sock"
            );
        index = new ContainerIndex();
        Events = new EventLog(time);
        var events = new ContainerEvents(Events);
        var imageStore = ImageStore.Open(options.DataRoot, time, options.Layers, options.Registries.Expansion);
        ImageMounts = new ImageMounts(imageStore, paths);
        Images = new ImageService(imageStore, Events, id => index.UsersOf(id.ToString()), ImageMounts);
        var layers = new ContainerLayers(Images.Store);
        Transfers = new ImageTransfers(Images, Events, options.Registries);
        var store = new ContainerStore(paths);
        Execs = new ExecService(index, events, layers, runtime, time);
        var removal = new ContainerRemoval(index, store, events, Images.Store, Execs);
        var end = new ContainerEnd(store, events, removal, runtime, time);
        Containers = new ContainerService(
            index,
            new ContainerCreation(index, store, Images, events, time),
            new ContainerStart(store, events, removal, end, layers, runtime, time),
            new ContainerStop(events, time),
            removal,
            events,
            Images,
            runtime,
            time
        );
        Commits = new ContainerCommits(index, events, Images, runtime);
        Files = new ContainerFileService(index, events, layers, paths.RuntimeState);
        Checks = new SystemCheck(index, paths, Images);
        Recovery = new ContainerRecovery(index, store, events, end, removal, Execs, layers, runtime, time);
    }

    /// <summary>The containers.</summary>
    public ContainerService Containers { get; }

    /// <summary>Processes added to running containers.</summary>
    public ExecService Execs { get; }

    /// <summary>Makes images of containers.</summary>
    public ContainerCommits Commits { get; }

    /// <summary>The files of containers.</summary>
    public ContainerFileService Files { get; }

    /// <summary>Looks through what is on the disk.</summary>
    public SystemCheck Checks { get; }

    /// <summary>The images.</summary>
    public ImageService Images { get; }

    /// <summary>Images mounted on the host, for users to look into.</summary>
    public ImageMounts ImageMounts { get; }

    /// <summary>Images on their way from and to registries.</summary>
    public ImageTransfers Transfers { get; }

    /// <summary>What happened and happens.</summary>
    public EventLog Events { get; }

    /// <summary>The engine itself and its host.</summary>
    public EngineInfo Info
    {
        get
        {
            IReadOnlyList<Container> all = index.All;
            int running = all.Count(container => container.State.IsRunning);
            return new EngineInfo
            {
                Build = options.Build,
                EngineId = engineId,
                DataRoot = options.DataRoot,
                Containers = all.Count,
                Running = running,
                Stopped = all.Count - running,
                Images = Images.List().Count,
                Hostname = Environment.MachineName,
                KernelVersion = HostFacts.KernelVersion,
                OperatingSystem = HostFacts.OsRelease("PRETTY_NAME") is { Length: > 0 } name ? name : "Linux",
                OperatingSystemVersion = HostFacts.OsRelease("VERSION_ID"),
                Architecture = HostFacts.Architecture,
                Processors = Environment.ProcessorCount,
                Memory = HostFacts.Memory,
                CgroupVersion = HostFacts.CgroupVersion,
                Layers = Images.Store.Storage,
                LayerObstacle = Images.Store.Trial.Obstacle,
                SecurityOptions = ["name=seccomp,profile=builtin", "name=cgroupns"],
                Warnings = [.. Problems],
            };
        }
    }

    private ContainerRecovery Recovery { get; }

    private List<string> Problems { get; } = [];

    /// <summary>Opens the data directory, finds the containers that run, and finishes or undoes what was cut short.</summary>
    /// <exception cref="Linux.Errors.KernelException">The directories cannot be made or read.</exception>
    public static async Task<ContainerEngine> OpenAsync(EngineOptions options, CancellationToken cancellationToken = default)
    {
        var engine = new ContainerEngine(options);
        await engine.Recovery.RecoverAsync(engine.Problems);
        engine.ImageMounts.Recover();
        if (options.HelloProgram is { } hello)
        {
            string mark = $"{options.DataRoot}/hello.program";
            if (await Task.Run(() => EmbeddedHello.Ensure(engine.Images, hello, options.Build, mark), cancellationToken) is { } problem)
            {
                engine.Problems.Add(problem);
            }
        }
        return engine;
    }

    /// <summary>Lets go of all monitors, whose containers run on, and waits for what is being worked up.</summary>
    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<Container> all = index.All;
        foreach (Container container in all)
        {
            container.Run?.Dispose();
            foreach (Exec exec in container.Execs.All)
            {
                exec.Run?.Dispose();
            }
        }
        foreach (Container container in all)
        {
            await Task.WhenAll(container.Execs.All.Where(exec => exec.Run is null).Select(exec => exec.Settled));
            await container.Operation.WaitAsync();
            container.Operation.Release();
        }
        Transfers.Dispose();
        Images.Store.Dispose();
    }

    private static void MakeDirectories(EnginePaths paths)
    {
        Directory.CreateDirectory(paths.Data);
        Directory.CreateDirectory(paths.Run);
        PathAt.TryMakeDirectory(PathAt.Current, paths.Containers, Searchable);
        PathAt.SetMode(PathAt.Current, paths.Containers, Searchable);
        PathAt.TryMakeDirectory(PathAt.Current, paths.RunContainers, OwnerOnly);
        PathAt.TryMakeDirectory(PathAt.Current, paths.RuntimeState, OwnerOnly);
    }
}

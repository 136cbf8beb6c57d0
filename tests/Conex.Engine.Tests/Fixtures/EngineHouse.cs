using System.Formats.Tar;
using System.Text;
using Conex.Engine.Containers;
using Conex.Images.Archives;
using Conex.Oci;

namespace Conex.Engine.Tests.Fixtures;

/// <summary>A data directory with one image, and the engines that open it one after the other.</summary>
public sealed class EngineHouse : IAsyncDisposable
{
    private readonly ScratchDirectory scratch = new();
    private ContainerEngine? engine;

    private EngineHouse() => Runtime = new FakeRuntime(RunRoot);

    public FakeRuntime Runtime { get; }

    public string DataRoot => scratch["data"];

    public string RunRoot => scratch["run"];

    public ContainerEngine Engine => engine!;

    public ContainerService Containers => Engine.Containers;

    /// <summary>Opens an engine and gives it the image <c>box</c>.</summary>
    public static async Task<EngineHouse> OpenAsync()
    {
        var house = new EngineHouse();
        await house.ReopenAsync();
        using var tar = new MemoryStream(RootFileSystem());
        await house.Engine.Images.ImportAsync(
            tar,
            new ImportOptions
            {
                Reference = ImageReference.Parse("box:latest"),
                Changes = ["ENTRYPOINT [\"/bin/box\"]", "CMD [\"serve\"]", "ENV COLOUR=blue", "LABEL kind=box", "STOPSIGNAL SIGTERM"],
            }
        );
        return house;
    }

    /// <summary>What a daemon restart does: the old engine is gone, monitors go on.</summary>
    public async Task ReopenAsync()
    {
        if (engine is not null)
        {
            await engine.DisposeAsync();
        }
        engine = await ContainerEngine.OpenAsync(
            new EngineOptions
            {
                DataRoot = DataRoot,
                RunRoot = RunRoot,
                RuntimePath = "/nonexistent/conex-runtime",
                Runtime = Runtime,
                Build = "test",
            }
        );
    }

    public async Task<string> CreateAsync(string? name = null, Func<ContainerConfiguration, ContainerConfiguration>? change = null)
    {
        ContainerConfiguration configuration = new()
        {
            Image = "box",
            Host = new() { NetworkMode = "none" },
        };
        return (await Containers.CreateAsync(name, change?.Invoke(configuration) ?? configuration)).Id;
    }

    /// <summary>Creates and starts.</summary>
    public async Task<(string Id, FakeMonitor Monitor)> RunAsync(
        string? name = null,
        Func<ContainerConfiguration, ContainerConfiguration>? change = null
    )
    {
        string id = await CreateAsync(name, change);
        await Containers.StartAsync(id);
        return (id, Runtime.Monitors[id]);
    }

    public static ContainerConfiguration AutoRemoved(ContainerConfiguration configuration) =>
        configuration with
        {
            Host = configuration.Host with { AutoRemove = true },
        };

    public async ValueTask DisposeAsync()
    {
        if (engine is not null)
        {
            await engine.DisposeAsync();
        }
        foreach (FakeMonitor monitor in Runtime.Monitors.Values)
        {
            monitor.Die();
        }
        scratch.Dispose();
    }

    private static byte[] RootFileSystem()
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            Add(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000:Alice:/home/alice:/bin/sh\n");
            Add(tar, "etc/group", "root:x:0:\naudio:x:29:alice\nalice:x:1000:\n");
        }
        return stream.ToArray();
    }

    private static void Add(TarWriter tar, string path, string content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
}

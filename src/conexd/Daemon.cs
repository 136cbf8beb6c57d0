using Conex.Api.Hosting;
using Conex.Engine;
using Conex.Images.Registries;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Daemon;

/// <summary>The life of the daemon: lock, socket, engine, API; and back.</summary>
internal static class Daemon
{
    /// <summary>How long calls may still run when the daemon is to leave.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>The exit code: 0 after a graceful leave, or when another daemon serves already; 1 when it cannot start.</returns>
    internal static async Task<int> RunAsync(DaemonOptions options)
    {
        _ = CurrentProcess.SetUmask(0x3f);
        using var ready = new ReadySignal(options.ReadyDescriptor);
        DaemonLog? log = null;
        try
        {
            MakeDirectories(options);
            // Monitors inherit them, and a daemon that a monitor starts finds its place.
            Environment.SetEnvironmentVariable("CONEX_DATA_ROOT", options.DataRoot);
            Environment.SetEnvironmentVariable("CONEX_RUN_ROOT", options.RunRoot);
            Environment.SetEnvironmentVariable(DaemonOptions.LayersVariable, options.Layers.ToString().ToLowerInvariant());
            // What does not fit into memory goes where images go: /tmp may be memory too.
            Environment.SetEnvironmentVariable("TMPDIR", options.TemporaryDirectory);
            log = DaemonLog.Open(options);
            using FileLock? held = await DataLock.TakeAsync(options);
            if (held is null)
            {
                ready.AnotherServes();
                return 0;
            }

            await ServeAsync(options, held, ready, log);
            return 0;
        }
        catch (Exception error)
        {
            log?.Write(error.ToString());
            ready.Failed(error.Message);
            return 1;
        }
        finally
        {
            log?.Dispose();
        }
    }

    private static async Task ServeAsync(DaemonOptions options, FileLock held, ReadySignal ready, DaemonLog log)
    {
        // Before the engine opens: clients that come meanwhile wait in the socket's queue instead of starting another daemon.
        using ListeningSocket socket = ListeningSocket.Open(options);
        string programs = CurrentProcess.ProgramDirectory;
        string build = ProgramIdentity.OfThisProcess ?? "";
        RegistrySettings registries = RegistrySettingsFile.Read(
            options.ConfigFile,
            new RegistrySettings { UserAgent = $"conex/{DaemonOptions.Version}" }
        );
        using var leave = new LeaveSignal();
        ContainerEngine engine = await ContainerEngine.OpenAsync(
            new EngineOptions
            {
                DataRoot = options.DataRoot,
                RunRoot = options.RunRoot,
                RuntimePath = $"{programs}/conex-runtime",
                ConexdPath = $"{programs}/conexd",
                EngineSocket = options.SocketPath,
                HelloProgram = HelloProgram.Read,
                Build = build,
                Layers = options.Layers,
                Registries = registries,
            },
            leave.Token
        );
        await using ApiServer server = await ApiServer.StartAsync(
            new ApiOptions
            {
                Engine = engine,
                Listener = socket.Handle,
                SocketPath = options.SocketPath,
                Version = DaemonOptions.Version,
                Build = build,
                OnHandover = leave.HandOver,
                Log = log.Write,
            }
        );
        log.Write($"conexd {DaemonOptions.Version} ({build}) serves {options.SocketPath}, data in {options.DataRoot}");
        foreach (string warning in engine.Info.Warnings)
        {
            log.Write(warning);
        }

        ready.Serves();
        await leave.WaitAsync(server, leavesWhenIdle: socket.IsActivated);
        await LeaveAsync(server, engine, socket, held, leave, log);
    }

    /// <summary>Gives everything back that another daemon needs. After a handover attached clients keep their connection until it ends by itself:
    /// their bytes flow through this process, and need nothing of the engine; who waits for a container goes on waiting.</summary>
    private static async Task LeaveAsync(
        ApiServer server,
        ContainerEngine engine,
        ListeningSocket socket,
        FileLock held,
        LeaveSignal leave,
        DaemonLog log
    )
    {
        log.Write($"conexd leaves: {leave.Reason}");
        using var cut = new CancellationTokenSource();
        socket.Unlink();
        Task stopped = server.StopAsync(leave.IsHandover, cut.Token);
        await server.WaitForRequestsAsync(Patience);
        await engine.DisposeAsync();
        held.Dispose();
        if (!leave.IsHandover)
        {
            await cut.CancelAsync();
        }

        await stopped;
    }

    private static void MakeDirectories(DaemonOptions options)
    {
        // Others may pass through to what is theirs, such as the socket; they cannot list.
        foreach (string directory in (string[])[options.DataRoot, options.RunRoot])
        {
            Directory.CreateDirectory(directory);
            PathAt.SetMode(PathAt.Current, directory, 0x1c9);
        }
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>An engine of its own: data and run directory, a daemon that starts on demand, and the image <c>box</c> of busybox. A class of
/// tests may share one; <see cref="RequireClean"/> after each test. Disposing ends the daemon and looks for what is left.</summary>
public class EngineHouse : IDisposable
{
    /// <summary>What a variable of this process must not decide for the programs under test.</summary>
    private static readonly string[] Foreign =
    [
        "CONEX_HOST",
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "DOCKER_API_VERSION",
        "CONEX_CRASH_AT",
        "CONEX_CRASH_MARK",
        "NO_COLOR",
    ];

    private readonly bool withBox;
    private readonly Lock preparing = new();
    private readonly List<RunningProgram> started = [];
    private EngineRemains? remains;

    /// <summary>As a fixture of a class of tests.</summary>
    public EngineHouse()
        : this(withBox: true) { }

    internal EngineHouse(bool withBox) => this.withBox = withBox;

    /// <summary>Occurs in every path and environment of this house.</summary>
    internal string Name { get; } = $"conex-test-{RandomNumberGenerator.GetHexString(10, lowercase: true)}";

    internal string Place => $"/var/tmp/{Name}";

    internal string DataRoot => $"{Place}/data";

    internal string RunRoot => $"{Place}/run";

    internal string SocketPath => $"{RunRoot}/conex.sock";

    /// <summary>The programs under test; crash tests change them.</summary>
    internal Programs Programs { get; set; } = Programs.OfProduct;

    /// <summary>Further variables for the next programs.</summary>
    internal Dictionary<string, string> Environment { get; } = [];

    /// <summary>Runs conex to its end.</summary>
    internal CommandResult Do(params string[] arguments) => DoWithInput("", arguments);

    internal CommandResult DoWithInput(string input, params string[] arguments)
    {
        Prepare();
        return RunningProgram.Run(Programs.Conex, arguments, Configure, input);
    }

    /// <summary>Runs conex, which must succeed, and gives its output without the last newline.</summary>
    internal string Ask(params string[] arguments) => Do(arguments).Text;

    /// <summary>Starts conex; ended with the house at the latest.</summary>
    internal RunningProgram Begin(params string[] arguments) => BeginProgram(Programs.Conex, arguments);

    internal RunningProgram BeginProgram(string program, params string[] arguments)
    {
        Prepare();
        RunningProgram running = RunningProgram.Start(program, arguments, Configure);
        started.Add(running);
        return running;
    }

    /// <summary>Runs a program of the machine with the house's environment.</summary>
    internal CommandResult DoProgram(string program, params string[] arguments)
    {
        Prepare();
        return RunningProgram.Run(program, arguments, Configure);
    }

    /// <summary>Runs a line of the machine's shell; <c>$CONEX</c> is the program.</summary>
    internal CommandResult DoOnHost(string script) => DoProgram("/bin/sh", "-c", script);

    internal void Configure(ProcessStartInfo start)
    {
        Foreign.ToList().ForEach(name => start.Environment.Remove(name));
        start.Environment["CONEX_DATA_ROOT"] = DataRoot;
        start.Environment["CONEX_RUN_ROOT"] = RunRoot;
        start.Environment["DOCKER_CONFIG"] = $"{Place}/docker";
        start.Environment["TZ"] = "UTC";
        start.Environment["CONEX"] = Programs.Conex;
        start.WorkingDirectory = Place;
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }
    }

    /// <summary>Makes the place; the first command does it, so that a skipped test makes nothing.</summary>
    internal void Prepare()
    {
        // Others wait; the import below comes here again.
        lock (preparing)
        {
            if (remains is not null)
            {
                return;
            }
            Machine.RequireRoot();
            _ = Programs.Conex;
            // The daemon makes them as its own; that it finds them must not matter.
            Directory.CreateDirectory($"{DataRoot}/containers");
            Directory.CreateDirectory(RunRoot);
            // Containers of any user read what is bound from here.
            File.SetUnixFileMode(Place, (UnixFileMode)0x1ED);
            remains = new EngineRemains(Place);
            if (withBox)
            {
                Do("import", "--change", "CMD sh", TestImages.BoxTar, "box").Succeeded();
            }
        }
    }

    /// <summary>Makes an image of busybox with a configuration, in the words of a Dockerfile.</summary>
    internal void Import(string name, params string[] changes) =>
        Do(["import", .. changes.SelectMany(c => (string[])["--change", c]), TestImages.BoxTar, name]).Succeeded();

    /// <summary>Runs a shell script in a new container of <c>box</c>, which goes with its end.</summary>
    internal CommandResult Shell(string script, params string[] options) =>
        Do(["run", "--rm", "--network", "none", .. options, "box", "sh", "-c", script]);

    /// <summary>Starts a container that stays until it is killed, and gives its ID.</summary>
    internal string RunSleeper(params string[] options) => Ask(["run", "-d", "--network", "none", .. options, "box", "sleep", "1000000"]);

    /// <summary>Starts a container with a script, and gives its ID.</summary>
    internal string RunScript(string script, params string[] options) =>
        Ask(["run", "-d", "--network", "none", .. options, "box", "sh", "-c", script]);

    /// <summary>What <c>inspect</c> tells of a container, or null when there is none.</summary>
    internal JsonElement? TryInspect(string container)
    {
        CommandResult result = Do("inspect", "--type", "container", container);
        if (result.ExitCode != 0)
        {
            Assert.Contains("No such container", result.Error, StringComparison.OrdinalIgnoreCase);
            return null;
        }
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement[0].Clone();
    }

    internal JsonElement Inspect(string container) =>
        TryInspect(container) ?? throw new InvalidOperationException($"no container {container}");

    internal JsonElement State(string container) => Inspect(container).GetProperty("State");

    internal string Status(string container) => State(container).GetProperty("Status").GetString()!;

    internal int PidOf(string container) => State(container).GetProperty("Pid").GetInt32();

    internal void WaitForStatus(string container, string status) =>
        Eventually.True(() => Status(container) == status, $"container {container} is {status}");

    /// <summary>What the daemon wrote to its own log, for the message of a failure.</summary>
    internal string DaemonLog => File.Exists($"{DataRoot}/conexd.log") ? File.ReadAllText($"{DataRoot}/conexd.log") : "";

    /// <summary>What is in directories below the data directory, once the layers that were removed are gone.</summary>
    internal string[] Stored(params string[] directories)
    {
        string[] found = [];
        Eventually.Becomes(
            () =>
            {
                found = [.. directories.SelectMany(directory => EngineRemains.Entries($"{DataRoot}/{directory}"))];
                return !Array.Exists(found, entry => Path.GetFileName(entry).StartsWith(".removed-", StringComparison.Ordinal));
            },
            TimeSpan.FromMinutes(2)
        );
        return found;
    }

    /// <summary>Waits until the log of a container contains a text.</summary>
    internal void WaitForLog(string container, string text) =>
        Eventually.True(
            () => Do("logs", container) is { } r && (r.Output + r.Error).Contains(text, StringComparison.Ordinal),
            $"the log of {container} contains {text}"
        );

    internal string WriteFile(string name, string text) => HouseFiles.Write(Place, name, text);

    /// <summary>A shell script that can be executed.</summary>
    internal string WriteScript(string name, string text) => HouseFiles.WriteScript(Place, name, text);

    internal string WriteProgram(string name, ReadOnlySpan<byte> content) => HouseFiles.WriteProgram(Place, name, content);

    /// <summary>The running daemons of this house: one, none, or in a handover two.</summary>
    internal List<int> Daemons() => remains?.Running("conexd") ?? [];

    /// <summary>The number of the one daemon.</summary>
    internal int Daemon
    {
        get
        {
            // One that found another there ends by itself.
            List<int> daemons = [];
            Eventually.Becomes(() => (daemons = Daemons()).Count == 1, TimeSpan.FromSeconds(30));
            Assert.True(daemons.Count == 1, $"{daemons.Count} daemons run");
            return daemons[0];
        }
    }

    /// <summary>The monitor of a container.</summary>
    internal int MonitorOf(string id) =>
        remains!
            .Running("conex-runtime")
            .Single(p => HostProcesses.CommandLine(p) is var c && c.Contains("monitor") && c[^1] == id && !c.Contains("--exec"));

    /// <summary>Ends the daemon as a crash would.</summary>
    internal void KillDaemon()
    {
        foreach (int daemon in Daemons())
        {
            HostProcesses.Kill(daemon);
        }
    }

    /// <inheritdoc cref="EngineRemains.Of"/>
    internal List<string> TracesOf(string id) => remains!.Of(id);

    internal void WaitForNoTraceOf(string id)
    {
        List<string> traces = [];
        if (!Eventually.Becomes(() => (traces = TracesOf(id)).Count == 0, RunningProgram.Patience))
        {
            Assert.Fail($"container {id} has ended, but there is:\n{string.Join('\n', traces)}");
        }
    }

    /// <summary>Removes all containers; fails when anything of them is left.</summary>
    internal void RequireClean()
    {
        if (remains is null)
        {
            return;
        }
        EndPrograms();
        string[] all = Do("ps", "--all", "--quiet", "--no-trunc").Succeeded().Lines;
        if (all is not [""])
        {
            Do(["rm", "--force", .. all]);
        }
        RequireNothing(remains.OfContainers(), "containers that are removed");
    }

    public void Dispose()
    {
        if (remains is null)
        {
            return;
        }
        try
        {
            RequireClean();
            StopDaemon();
            RequireNothing(remains.OfEverything(), "a daemon that has ended");
        }
        finally
        {
            EndPrograms();
            remains.Dispose();
        }
    }

    /// <summary>Asks the daemon to leave, as systemd does.</summary>
    internal void StopDaemon()
    {
        foreach (int daemon in Daemons())
        {
            Signals.Send(daemon, Signal.SIGTERM);
            Eventually.True(() => HostProcesses.IsGone(daemon), "the daemon leaves on SIGTERM");
        }
    }

    private static void RequireNothing(List<string> found, string whose) =>
        Assert.True(found.Count == 0, $"left behind by {whose}:\n{string.Join('\n', found)}");

    private void EndPrograms()
    {
        started.ForEach(program => program.Dispose());
        started.Clear();
    }
}

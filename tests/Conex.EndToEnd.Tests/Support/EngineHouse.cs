using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>An engine of its own: data and run directory, a daemon that starts on demand, and the image <c>box</c> of busybox. A class of
/// tests may share one; <see cref="RequireClean"/> after each test. Disposing ends the daemon and looks for what is left.</summary>
public sealed class EngineHouse : IDisposable
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
    private readonly HashSet<string> containers = [];
    private readonly List<RunningProgram> started = [];
    private LeakCheck leaks = null!;
    private FileSystemWatcher births = null!;
    private bool isPrepared;

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
        if (isPrepared)
        {
            return;
        }
        Machine.RequireRoot();
        _ = Programs.Conex;
        isPrepared = true;
        // The daemon makes them as its own; that it finds them must not matter.
        Directory.CreateDirectory($"{DataRoot}/containers");
        Directory.CreateDirectory(RunRoot);
        // Containers of any user read what is bound from here.
        File.SetUnixFileMode(Place, (UnixFileMode)0x1ED);
        leaks = new LeakCheck(Name);
        births = new FileSystemWatcher($"{DataRoot}/containers") { NotifyFilter = NotifyFilters.DirectoryName };
        births.Created += (_, e) => Remember(e.Name);
        births.EnableRaisingEvents = true;
        if (withBox)
        {
            Do("import", "--change", "CMD sh", TestImages.BoxTar, "box").Succeeded();
        }
    }

    /// <summary>Makes an image of busybox with a configuration, in the words of a Dockerfile.</summary>
    internal void Import(string name, params string[] changes) =>
        Do(["import", .. changes.SelectMany(c => (string[])["--change", c]), TestImages.BoxTar, name]).Succeeded();

    /// <summary>Runs a shell script in a new container of <c>box</c>, which goes with its end.</summary>
    internal CommandResult Shell(string script, params string[] options) =>
        Do(["run", "--rm", "--network", "none", .. options, "box", "sh", "-c", script]);

    /// <summary>Starts a container that stays until it is killed, and gives its ID.</summary>
    internal string RunSleeper(params string[] options) =>
        Ask(["run", "-d", "--network", "none", .. options, "box", "sleep", "1000000"]);

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

    internal JsonElement Inspect(string container) => TryInspect(container) ?? throw new InvalidOperationException($"no container {container}");

    internal JsonElement State(string container) => Inspect(container).GetProperty("State");

    internal string Status(string container) => State(container).GetProperty("Status").GetString()!;

    internal int PidOf(string container) => State(container).GetProperty("Pid").GetInt32();

    internal void WaitForStatus(string container, string status) =>
        Eventually.True(() => Status(container) == status, $"container {container} is {status}");

    /// <summary>Waits until the log of a container contains a text.</summary>
    internal void WaitForLog(string container, string text) =>
        Eventually.True(
            () => Do("logs", container) is { } r && (r.Output + r.Error).Contains(text, StringComparison.Ordinal),
            $"the log of {container} contains {text}"
        );

    internal string WriteFile(string name, string text)
    {
        string path = $"{Place}/{name}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>The running daemons of this house: one, none, or in a handover two.</summary>
    internal List<int> Daemons() => ProcessesNamed("conexd");

    /// <summary>The number of the one daemon.</summary>
    internal int Daemon
    {
        get
        {
            List<int> daemons = Daemons();
            Assert.True(daemons.Count == 1, $"{daemons.Count} daemons run");
            return daemons[0];
        }
    }

    /// <summary>The monitor of a container.</summary>
    internal int MonitorOf(string id) =>
        ProcessesNamed("conex-runtime").Single(p => CommandLine(p) is { } c && c.Contains("monitor") && c[^1] == id && !c.Contains("--exec"));

    /// <summary>Ends the daemon as a crash would.</summary>
    internal void KillDaemon()
    {
        foreach (int daemon in Daemons())
        {
            Kill(daemon);
        }
    }

    internal static void Kill(int process)
    {
        Signals.Send(process, Signal.SIGKILL);
        Eventually.True(() => IsGone(process), $"process {process} ends");
    }

    /// <summary>Gone, or a zombie that its parent has not looked at yet.</summary>
    internal static bool IsGone(int process) =>
        LeakCheck.Read($"/proc/{process}/stat") is var stat && (stat.Length == 0 || stat.Contains(") Z ", StringComparison.Ordinal));

    /// <summary>What the runtime, the kernel and the run directory still hold of a container: nothing, once it has ended.</summary>
    internal List<string> TracesOf(string id) =>
        [
            .. new LeakCheck(id).CgroupDirectories().Select(c => $"cgroup {c}"),
            .. new LeakCheck(id).ProcessNumbers().Select(p => $"process {p}: {string.Join(' ', CommandLine(p))}"),
            .. ((string[])[$"{RunRoot}/runtime/{id}", $"{RunRoot}/containers/{id}"]).Where(Directory.Exists),
        ];

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
        if (!isPrepared)
        {
            return;
        }
        started.ForEach(program => program.Dispose());
        started.Clear();
        string[] all = Do("ps", "--all", "--quiet", "--no-trunc").Succeeded().Lines;
        if (all is not [""])
        {
            Do(["rm", "--force", .. all]);
        }
        List<string> found = [];
        Eventually.Becomes(
            () =>
            {
                found = Left();
                return found.Count == 0;
            },
            TimeSpan.FromSeconds(30)
        );
        Assert.True(found.Count == 0, $"left behind by containers that are removed:\n{string.Join('\n', found)}");
    }

    public void Dispose()
    {
        if (!isPrepared)
        {
            return;
        }
        try
        {
            RequireClean();
            StopDaemon();
            List<string> found = leaks.Find();
            Assert.True(found.Count == 0, $"left behind by a daemon that has ended:\n{string.Join('\n', found)}");
        }
        finally
        {
            births.Dispose();
            Clean();
        }
    }

    /// <summary>Asks the daemon to leave, as systemd does.</summary>
    internal void StopDaemon()
    {
        foreach (int daemon in Daemons())
        {
            Signals.Send(daemon, Signal.SIGTERM);
            Eventually.True(() => IsGone(daemon), "the daemon leaves on SIGTERM");
        }
    }

    /// <summary>The entries of a directory of the data or run root; none when it is missing.</summary>
    internal static string[] Entries(string directory) => Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory) : [];

    internal static string[] CommandLine(int process) => LeakCheck.Read($"/proc/{process}/cmdline").TrimEnd('\0').Split('\0');

    private List<int> ProcessesNamed(string program) =>
        !isPrepared ? [] : [.. leaks.ProcessNumbers().Where(p => Path.GetFileName(ReadLink($"/proc/{p}/exe")) == program)];

    private List<string> Left()
    {
        string[] known;
        lock (containers)
        {
            known = [.. containers];
        }
        return
        [
            .. Entries($"{DataRoot}/containers"),
            .. Entries($"{RunRoot}/containers"),
            .. Entries($"{RunRoot}/runtime"),
            .. Entries($"{DataRoot}/tmp"),
            .. ProcessesNamed("conex-runtime").Select(p => $"process {p}: {string.Join(' ', CommandLine(p))}"),
            .. known.Length == 0 ? [] : CgroupsOf(known),
        ];
    }

    private static IEnumerable<string> CgroupsOf(string[] ids) =>
        new LeakCheck("").CgroupDirectories().Where(d => Array.Exists(ids, id => d.Contains(id, StringComparison.Ordinal)));

    private void Remember(string? name)
    {
        if (name is { Length: 64 })
        {
            lock (containers)
            {
                containers.Add(name);
            }
        }
    }

    private static string ReadLink(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false)?.FullName ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>What a failed test left must not hinder others.</summary>
    private void Clean()
    {
        started.ForEach(program => program.Dispose());
        Eventually.Becomes(
            () =>
            {
                List<int> left = [.. leaks.ProcessNumbers()];
                left.ForEach(process => Signals.Send(process, Signal.SIGKILL));
                return left.Count == 0;
            },
            TimeSpan.FromSeconds(20)
        );
        foreach (string cgroup in CgroupsOf([.. containers]).ToList())
        {
            RunningProgram.Run("rmdir", [cgroup]);
        }
        RunningProgram.Run("rm", ["-rf", "--one-file-system", Place]);
    }
}

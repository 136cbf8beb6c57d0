using System.Diagnostics;
using System.Security.Cryptography;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>Namespaces and cgroups of their own (tests/callers/contain), in which an engine of this machine uses the runtime under test. A
/// class of tests shares one. Disposing ends whatever runs in there and fails when the runtime or the engine left anything.</summary>
internal sealed class CallerHouse : IDisposable
{
    /// <summary>Cgroups that engines keep when their last container has gone.</summary>
    private static readonly string[] Parents = ["libpod_parent", "conmon", "docker", "default", "conex", "shell"];

    private readonly List<RunningProgram> started = [];
    private readonly LeakCheck leaks;
    private readonly RunningProgram container;
    private readonly string programs;

    /// <param name="start">Starts the engine; what it began in vain ends.</param>
    /// <param name="programs">Where the engine's programs are, as in PATH; null: where ./test unpacks this Debian's.</param>
    internal CallerHouse(Action<CallerHouse> start, string? programs = null)
    {
        this.programs = programs ?? UnpackedPeers.Directories;
        leaks = new LeakCheck(Name);
        Directory.CreateDirectory(Place);
        // Containers of any user read what is bound from here.
        File.SetUnixFileMode(Place, (UnixFileMode)0x1ED);
        container = RunningProgram.Start(Path.Combine(Repository.Root, "tests/callers/contain"), [Name, Place]);
        container.WaitForOutput("ready");
        try
        {
            start(this);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Occurs in every path and cgroup of this house.</summary>
    internal string Name { get; } = $"conex-test-{RandomNumberGenerator.GetHexString(10, lowercase: true)}";

    internal string Place => $"/var/tmp/{Name}";

    /// <summary>Runs the command that follows it in there.</summary>
    internal string Join => $"{Place}/join";

    /// <summary>The directory /run in there.</summary>
    private string Run => $"/proc/{File.ReadAllText($"{Place}/first").Trim()}/root/run";

    internal CommandResult Do(string program, IEnumerable<string> arguments, string input = "") =>
        RunningProgram.Run(Join, [program, .. arguments], Configure, input);

    /// <summary>Starts a program in there that ends with the house.</summary>
    internal RunningProgram Begin(string program, params string[] arguments)
    {
        var running = RunningProgram.Start(Join, [program, .. arguments], Configure);
        started.Add(running);
        return running;
    }

    /// <summary>What the kernel says of a container's limit or state; the container's ID is in its cgroup's name.</summary>
    /// <param name="controller">The hierarchy of version 1.</param>
    /// <param name="file">Of version 1.</param>
    /// <param name="unifiedFile">Of version 2.</param>
    internal string Cgroup(string id, string controller, string file, string unifiedFile)
    {
        string mount = Machine.CgroupMount(controller);
        string directory = Assert.Single(LeakCheck.CgroupDirectories($"{mount}/{Name}", $"*{id}"));
        return File.ReadAllText($"{directory}/{(mount == "/sys/fs/cgroup" ? unifiedFile : file)}").Trim();
    }

    internal bool IsFrozen(string id) =>
        Cgroup(id, "freezer", "freezer.state", "cgroup.events") is var state && (state == "FROZEN" || state.Contains("frozen 1"));

    public void Dispose()
    {
        List<string> found = [];
        try
        {
            found.AddRange(Kept());
        }
        finally
        {
            container.Input.Close();
            CommandResult end = container.WaitForExit();
            started.ForEach(program => program.Dispose());
            container.Dispose();
            found.AddRange(end.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            found.AddRange(leaks.Find());
            Directory.Delete(Place, recursive: true);
        }
        Assert.True(found.Count == 0, $"left behind:\n{string.Join('\n', found)}");
    }

    /// <summary>What is left of removed containers while the engine still runs.</summary>
    private List<string> Kept()
    {
        List<string> kept = [];
        Eventually.Becomes(
            () =>
            {
                kept =
                [
                    .. leaks.CgroupDirectories().Where(d => Path.GetFileName(d) is var n && n != Name && !Parents.Contains(n)),
                    .. StatesOfContainers(),
                ];
                return kept.Count == 0;
            },
            TimeSpan.FromMinutes(2)
        );
        return kept;
    }

    private string[] StatesOfContainers()
    {
        try
        {
            return Directory.GetFiles(Run, "state.json", SearchOption.AllDirectories);
        }
        catch (DirectoryNotFoundException)
        {
            // One was removed while it was looked at.
            return StatesOfContainers();
        }
    }

    private void Configure(ProcessStartInfo start)
    {
        start.WorkingDirectory = Place;
        start.Environment["HOME"] = Place;
        start.Environment["TMPDIR"] = Place;
        start.Environment["TZ"] = "UTC";
        // Where ./test unpacked what must not be installed.
        start.Environment["PATH"] = $"{Criu.Directory}:{programs}:{start.Environment["PATH"]}:/usr/sbin:/sbin";
        foreach (string name in (string[])["DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "XDG_RUNTIME_DIR", "CONTAINERS_CONF"])
        {
            start.Environment.Remove(name);
        }
    }
}

using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>Debian's containerd, whose <c>ctr</c> runs containers with the runtime under test; the image <see cref="Image"/> is there.</summary>
public class Containerd : IDisposable
{
    internal const string Image = "docker.io/library/box:1";
    private const string Address = "/run/containerd.sock";
    private readonly Lazy<CallerHouse> house;
    private readonly string programs;

    public Containerd()
        : this(UnpackedPeers.Directories) { }

    /// <param name="programs">Where its programs are, as in PATH.</param>
    private protected Containerd(string programs)
    {
        this.programs = programs;
        house = new(Start);
    }

    internal CallerHouse House => house.Value;

    internal CommandResult Do(params string[] arguments) => DoWithInput("", arguments);

    internal CommandResult DoWithInput(string input, params string[] arguments) => House.Do("ctr", ["-a", Address, .. arguments], input);

    internal string Ask(params string[] arguments) => Do(arguments).Text;

    internal RunningProgram Begin(PseudoTerminal terminal, params string[] arguments) =>
        terminal.Start(House.Join, [UnpackedPeers.Program("ctr", programs), "-a", Address, .. arguments]);

    internal RunningProgram Begin(params string[] arguments) => House.Begin("ctr", ["-a", Address, .. arguments]);

    internal static string[] Run(params string[] arguments) => ["run", "--runc-binary", Product.Runtime, .. arguments];

    /// <summary>Starts a container that stays until it is killed.</summary>
    internal void RunDetached(string id, params string[] options) =>
        Do([.. Run("--detach"), .. options, Image, id, "sleep", "1000000"]).Succeeded();

    /// <summary>Ends and removes a container.</summary>
    internal void Remove(string id)
    {
        Do("task", "rm", "--force", id);
        Do("container", "rm", id).Succeeded();
    }

    public void Dispose()
    {
        if (house.IsValueCreated)
        {
            House.Dispose();
        }
    }

    private CallerHouse Start()
    {
        Machine.RequireRoot();
        UnpackedPeers.Program("containerd", programs);
        return new CallerHouse(Ready, programs);
    }

    private static void Ready(CallerHouse made)
    {
        File.WriteAllText(
            $"{made.Place}/containerd.toml",
            $"""
            version = 2
            root = "{made.Place}/data"
            state = "/run/containerd-state"
            disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
            [grpc]
            address = "{Address}"
            """
        );
        RunningProgram running = made.Begin("containerd", "--config", $"{made.Place}/containerd.toml");
        Eventually.True(() => running.HasExited || made.Do("ctr", ["-a", Address, "version"]).ExitCode == 0, "containerd listens");
        Assert.False(running.HasExited, running.Error);
        using var archive = new ImageArchive("ctr");
        made.Do("ctr", ["-a", Address, "image", "import", archive.Docker($"{made.Place}/box.tar", Image)]).Succeeded();
    }
}

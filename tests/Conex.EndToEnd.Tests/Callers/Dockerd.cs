using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>Debian's dockerd with its own containerd, whose default runtime is the one under test; the image <c>box</c> is there.</summary>
public sealed class Dockerd : IDisposable
{
    private const string Address = "unix:///run/docker.sock";
    private readonly Lazy<CallerHouse> house;

    public Dockerd() => house = new(Start);

    internal string Client { get; private set; } = "";

    internal CallerHouse House => house.Value;

    internal CommandResult Do(params string[] arguments) => DoWithInput("", arguments);

    internal CommandResult DoWithInput(string input, params string[] arguments) =>
        House.Do(Client, ["--host", Address, .. arguments], input);

    internal string Ask(params string[] arguments) => Do(arguments).Text;

    internal RunningProgram Begin(PseudoTerminal terminal, params string[] arguments) =>
        terminal.Start(House.Join, [Client, "--host", Address, .. arguments]);

    internal CommandResult Run(params string[] arguments) => Do(["run", "--network", "none", .. arguments]);

    /// <summary>Starts a container and gives its ID.</summary>
    internal string RunDetached(params string[] arguments) => Run(["--detach", .. arguments]).Text;

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
        UnpackedPeers.Program("dockerd");
        Client = DockerClients.Debian;
        return new CallerHouse(Ready);
    }

    private void Ready(CallerHouse made)
    {
        RunningProgram running = made.Begin(
            "dockerd",
            [
                .. (string[])["--data-root", $"{made.Place}/data", "--exec-root", "/run/docker", "--pidfile", "/run/dockerd.pid"],
                .. (string[])["--host", Address, "--cgroup-parent", "/docker", "--iptables=false", "--ip-forward=false", "--bridge=none"],
                .. (string[])["--add-runtime", $"conex={Product.Runtime}", "--default-runtime", "conex"],
            ]
        );
        Eventually.True(() => running.HasExited || made.Do(Client, ["--host", Address, "version"]).ExitCode == 0, "dockerd listens");
        Assert.False(running.HasExited, running.Error);
        made.Do(Client, ["--host", Address, "import", TestImages.BoxTar, "box"]).Succeeded();
    }
}

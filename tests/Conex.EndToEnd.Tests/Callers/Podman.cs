using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>Debian's podman with storage of its own, whose runtime is the one under test; the image <c>box</c> is there.</summary>
public sealed class Podman : IDisposable
{
    private readonly Lazy<CallerHouse> house;

    public Podman() => house = new(Start);

    internal CallerHouse House => house.Value;

    internal CommandResult Do(params string[] arguments) => DoWithInput("", arguments);

    internal CommandResult DoWithInput(string input, params string[] arguments) =>
        House.Do("podman", [.. Options(House), .. arguments], input);

    internal string Ask(params string[] arguments) => Do(arguments).Text;

    internal RunningProgram Begin(PseudoTerminal terminal, params string[] arguments) =>
        terminal.Start(House.Join, ["podman", .. Options(House), .. arguments]);

    // What podman asks for by default may be more than this root may give (CAP_SYS_RESOURCE).
    internal static string[] RunOptions => ["--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=10000:10000"];

    internal CommandResult Run(params string[] arguments) => Do(["run", .. RunOptions, .. arguments]);

    /// <summary>Starts a container and gives its ID.</summary>
    internal string RunDetached(params string[] arguments) => Run(["--detach", .. arguments]).Text;

    internal void Remove(params string[] containers) => Ask(["rm", "--force", "--time", "0", .. containers]);

    public void Dispose()
    {
        if (house.IsValueCreated)
        {
            House.Dispose();
        }
    }

    private static string[] Options(CallerHouse house) =>
        [
            .. (string[])["--root", $"{house.Place}/data", "--runroot", $"{house.Place}/run", "--cgroup-manager", "cgroupfs"],
            .. (string[])["--events-backend", "file", "--runtime", Product.Runtime],
        ];

    private static CallerHouse Start()
    {
        Machine.RequireRoot();
        UnpackedPeers.Installed("podman");
        return new CallerHouse(Ready);
    }

    private static void Ready(CallerHouse made)
    {
        made.Do("podman", [.. Options(made), "import", TestImages.BoxTar, "box"]).Succeeded();
    }
}

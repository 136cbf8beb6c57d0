using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>Debian's buildah with storage of its own; its working container <c>box</c> is made of nothing and busybox.</summary>
public sealed class Buildah : IDisposable
{
    private readonly Lazy<CallerHouse> house;

    public Buildah() => house = new(Start);

    internal CallerHouse House => house.Value;

    internal static string[] RunOptions => ["--runtime", Product.Runtime, "--isolation", "oci", "--network", "none"];

    internal CommandResult Do(params string[] arguments) => DoWithInput("", arguments);

    internal CommandResult DoWithInput(string input, params string[] arguments) =>
        House.Do("buildah", [.. Options(House), .. arguments], input);

    internal RunningProgram Begin(PseudoTerminal terminal, params string[] arguments) =>
        terminal.Start(House.Join, ["buildah", .. Options(House), .. arguments]);

    internal CommandResult Run(params string[] arguments) => Do(["run", .. RunOptions, .. arguments]);

    public void Dispose()
    {
        if (house.IsValueCreated)
        {
            House.Dispose();
        }
    }

    private static string[] Options(CallerHouse house) => ["--root", $"{house.Place}/data", "--runroot", $"{house.Place}/run"];

    private static CallerHouse Start()
    {
        Machine.RequireRoot();
        UnpackedPeers.Installed("buildah");
        return new CallerHouse(Ready);
    }

    private static void Ready(CallerHouse made)
    {
        made.Do("buildah", [.. Options(made), "from", "--name", "box", "scratch"]).Succeeded();
        made.Do("buildah", [.. Options(made), "add", "--quiet", "box", TestImages.BoxTar, "/"]).Succeeded();
    }
}

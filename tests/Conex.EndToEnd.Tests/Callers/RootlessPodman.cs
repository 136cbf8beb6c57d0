using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>Debian's podman as an ordinary user of the house, whose runtime is the one under test; the image <c>box</c> is there.</summary>
public sealed class RootlessPodman : IDisposable
{
    private readonly Lazy<CallerHouse> house;

    public RootlessPodman() => house = new(Start);

    internal CallerHouse House => house.Value;

    /// <summary>The runtime's file as podman knows it: reached by everybody, wherever the product lies.</summary>
    internal string Runtime => $"{House.Place}/conex-runtime";

    /// <summary>Where the runtime keeps its state.</summary>
    internal string StateRoot => $"{House.Place}/user/run/conex-runtime";

    internal CommandResult Do(params string[] arguments) => DoWithInput("", arguments);

    internal CommandResult DoWithInput(string input, params string[] arguments) => Do(House, arguments, input);

    internal string Ask(params string[] arguments) => Do(arguments).Text;

    internal RunningProgram Begin(PseudoTerminal terminal, params string[] arguments) =>
        terminal.Start(House.Join, ["setpriv", .. Options(House), .. arguments]);

    internal CommandResult Run(params string[] arguments) => Do(["run", "--network", "none", .. arguments]);

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

    private static CommandResult Do(CallerHouse house, string[] arguments, string input = "") =>
        house.Do("setpriv", [.. Options(house), .. arguments], input);

    private static string[] Options(CallerHouse house)
    {
        string home = $"{house.Place}/user";
        return
        [
            .. (string[])["--reuid", $"{OrdinaryUser.Id}", "--regid", $"{OrdinaryUser.Id}", "--clear-groups"],
            .. (string[])["env", "--chdir", home, $"HOME={home}", $"TMPDIR={home}", $"XDG_RUNTIME_DIR={home}/run"],
            .. (string[])["podman", "--root", $"{home}/data", "--runroot", $"{home}/run/containers", "--cgroup-manager", "cgroupfs"],
            .. (string[])["--events-backend", "file", "--storage-driver", "vfs", "--runtime", $"{house.Place}/conex-runtime"],
        ];
    }

    private static CallerHouse Start()
    {
        Machine.RequireOrdinaryUserNamespaces();
        UnpackedPeers.Installed("podman");
        Product.OfMachine("newuidmap", "uidmap");
        return new CallerHouse(Ready);
    }

    private static void Ready(CallerHouse made)
    {
        Executable.Copy(Product.Runtime, $"{made.Place}/conex-runtime");
        Directory.CreateDirectory($"{made.Place}/user/run");
        File.Copy(TestImages.BoxTar, $"{made.Place}/user/box.tar");
        OrdinaryUser.Chown("-R", $"{made.Place}/user");
        OrdinaryUser.Chmod($"{made.Place}/user/run", 0x1C0);
        // This mount namespace is the house's: the machine's /etc stays as it is.
        made.Do("env", [$"PLACE={made.Place}", "sh", "-c", OrdinaryUser.AddToEtc]).Succeeded();
        Do(made, ["import", $"{made.Place}/user/box.tar", "box"]).Succeeded();
    }
}

using System.Reflection;
using Conex.CommandLine;
using Conex.Images.Layers;
using Conex.Linux.Processes;

namespace Conex.Daemon;

/// <summary>Where the daemon keeps things and how it was started.</summary>
/// <param name="DataRoot">What survives a reboot; absolute.</param>
/// <param name="RunRoot">What a reboot ends; absolute.</param>
/// <param name="ReadyDescriptor">A descriptor that the starter waits on, or null.</param>
/// <param name="Layers">How containers shall get the files of layers.</param>
/// <param name="ConfigFile">The settings; it need not exist.</param>
internal sealed record DaemonOptions(string DataRoot, string RunRoot, int? ReadyDescriptor, LayerStorage Layers, string ConfigFile)
{
    internal const string LayersVariable = "CONEX_LAYERS";

    /// <summary>The product's version.</summary>
    internal static string Version =>
        typeof(DaemonOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "";

    /// <summary>Where the API is served unless systemd hands a socket over.</summary>
    internal string SocketPath => $"{RunRoot}/conex.sock";

    internal string LockPath => $"{DataRoot}/lock";

    /// <summary>The image store makes it, and empties it at each start.</summary>
    internal string TemporaryDirectory => $"{DataRoot}/tmp";

    internal string LogPath => $"{DataRoot}/conexd.log";

    /// <summary>Options win over the environment, and that over the places of the system (root) or the user.</summary>
    internal static DaemonOptions From(Invocation invocation, Func<string, string?> environment)
    {
        bool isRoot = CurrentProcess.EffectiveUser == 0;
        string data =
            Given(invocation.Text("data-root"), environment("CONEX_DATA_ROOT"))
            ?? (isRoot ? "/var/lib/conex" : $"{Given(environment("XDG_DATA_HOME"), null) ?? $"{environment("HOME")}/.local/share"}/conex");
        string run =
            Given(invocation.Text("run-root"), environment("CONEX_RUN_ROOT"))
            ?? (
                isRoot
                    ? "/run/conex"
                    : $"{Given(environment("XDG_RUNTIME_DIR"), null) ?? $"/run/user/{CurrentProcess.EffectiveUser}"}/conex"
            );
        LayerStorage layers = Storage(Given(invocation.Text("layers"), environment(LayersVariable)));
        string config =
            Given(invocation.Text("config-file"), environment("CONEX_CONFIG"))
            ?? ConfigOf(isRoot ? null : Given(environment("XDG_CONFIG_HOME"), null) ?? $"{environment("HOME")}/.config");
        return new DaemonOptions(
            Path.GetFullPath(data),
            Path.GetFullPath(run),
            (int?)invocation.Integer("ready-fd"),
            layers,
            Path.GetFullPath(config)
        );
    }

    /// <summary>The settings of the user, where there are some, else those of the host.</summary>
    private static string ConfigOf(string? ownDirectory)
    {
        const string ofHost = "/etc/conex/conexd.json";
        string own = $"{ownDirectory}/conex/conexd.json";
        return ownDirectory is not null && File.Exists(own) ? own : ofHost;
    }

    /// <exception cref="UsageException">The word is none of them.</exception>
    private static LayerStorage Storage(string? word) =>
        word switch
        {
            null or "automatic" => LayerStorage.Automatic,
            "mounted" => LayerStorage.Mounted,
            "attached" => LayerStorage.Attached,
            "looped" => LayerStorage.Looped,
            "unpacked" => LayerStorage.Unpacked,
            _ => throw Refuse($"layers: \"{word}\" is not automatic, mounted, attached, looped or unpacked"),
        };

    private static UsageException Refuse(string reason) => new(reason, reason, 1);

    private static string? Given(string? first, string? second) =>
        !string.IsNullOrEmpty(first) ? first
        : !string.IsNullOrEmpty(second) ? second
        : null;
}

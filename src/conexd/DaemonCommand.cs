using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Daemon;

/// <summary>The command line of conexd.</summary>
internal static class DaemonCommand
{
    internal static Command Root(Func<DaemonOptions, int> run) =>
        new()
        {
            Name = "conexd",
            Description = "The engine of Conex: serves the Docker Engine API on a unix socket",
            Usage = "[OPTIONS]",
            Options = () =>
                new OptionTable()
                    .Text("data-root", "DIRECTORY", "Where images and containers are kept (default /var/lib/conex, or CONEX_DATA_ROOT)")
                    .Text("run-root", "DIRECTORY", "Where the socket and running state are (default /run/conex, or CONEX_RUN_ROOT)")
                    .Text(
                        "layers",
                        "HOW",
                        "mounted, attached, looped, unpacked, or automatic: whatever works here (default automatic, or CONEX_LAYERS)"
                    )
                    .Text("config-file", "FILE", "Settings of registries (default /etc/conex/conexd.json, or CONEX_CONFIG)")
                    .Integer("ready-fd", "FD", "Tell there when the socket is served, or why it is not")
                    .Flag("version", 'v', "Print the version"),
            Arguments = ArgumentCount.None,
            Run = invocation =>
                invocation.Flag("version") ? PrintVersion() : run(DaemonOptions.From(invocation, Environment.GetEnvironmentVariable)),
        };

    private static int PrintVersion()
    {
        string text = $"conexd version {DaemonOptions.Version}, build {ProgramIdentity.OfThisProcess}\n";
        FileIo.Write(FileHandle.StandardOutput, System.Text.Encoding.UTF8.GetBytes(text));
        return 0;
    }
}

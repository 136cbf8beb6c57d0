using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>export</c>: a container's root file system as a tar.</summary>
internal static class ExportCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "export",
            Description = "Export a container's filesystem as a tar archive",
            Usage = "[OPTIONS] CONTAINER",
            Paths = ["container export", "export"],
            Options = static () =>
                new OptionTable().Text("output", 'o', "string", "Write to a file, instead of STDOUT", completes: CompletionSource.Files),
            Arguments = ArgumentCount.Exactly(1),
            Completes = CompletionSource.Containers,
            Run = static options =>
            {
                var path = options.Text("output");
                ArchiveOutput.RequireNoTerminal(path, "cowardly refusing to save to a terminal. Use the -o flag or redirect");
                using var client = Engine.Connect(options);
                using var response = client.Export(options.Arguments[0]);
                ArchiveOutput.Write(response, path);
                return 0;
            },
        };
}

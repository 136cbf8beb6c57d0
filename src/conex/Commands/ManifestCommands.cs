using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>manifest</c>: manifests and manifest lists in registries.</summary>
internal static class ManifestCommands
{
    internal static Command Describe(string section) =>
        new()
        {
            Name = "manifest",
            Description = "Manage image manifests and manifest lists",
            Usage = "COMMAND",
            Section = section,
            Subcommands = static () =>
                [
                    ManifestAnnotateCommand.Describe(),
                    ManifestCreateCommand.Describe(),
                    ManifestInspectCommand.Describe(),
                    ManifestPushCommand.Describe(),
                    ManifestRmCommand.Describe(),
                ],
        };
}

using Conex.Cli.Output;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary>All commands. Each is a few fields until it is chosen; only then its options are built.</summary>
internal static class CommandTree
{
    internal const string Common = "Common Commands";
    internal const string Management = "Management Commands";

    /// <param name="name">What the program is called.</param>
    internal static Command Root(string name) =>
        new()
        {
            Name = name,
            Description = "A self-sufficient runtime for containers",
            Usage = "[OPTIONS] COMMAND",
            ErrorUsage = "[OPTIONS] COMMAND [ARG...]",
            OptionsHeading = "Global Options",
            Options = static () =>
                new OptionTable()
                    .List("host", 'H', "list", "Daemon socket to connect to")
                    .Flag("version", 'v', "Print version information and quit"),
            Subcommands = static () =>
                [
                    RunCommand.Describe(Common),
                    ExecCommand.Describe(Common),
                    PsCommand.Describe("ps", Common),
                    PullCommand.Describe(Common),
                    PushCommand.Describe(Common),
                    ImagesCommand.Describe("images", Common),
                    LoginCommand.Describe(Common),
                    LogoutCommand.Describe(Common),
                    SearchCommand.Describe(Common),
                    VersionCommand.Describe(Common),
                    InfoCommand.Describe(Common),
                    Container,
                    Image,
                    ManifestCommands.Describe(Management),
                    System,
                    AttachCommand.Describe(),
                    CommitCommand.Describe(),
                    CompletionCommand.Describe(),
                    CopyCommand.Describe(),
                    CreateCommand.Describe(),
                    DiffCommand.Describe(),
                    ExportCommand.Describe(),
                    HistoryCommand.Describe(),
                    ImportCommand.Describe(),
                    InspectCommand.Describe(InspectCommand.Kind.Any),
                    KillCommand.Describe(),
                    LoadCommand.Describe(),
                    LogsCommand.Describe(),
                    RmCommand.Describe(),
                    RmiCommand.Describe("rmi"),
                    SaveCommand.Describe(),
                    StartCommand.Describe(),
                    StopCommand.Describe(),
                    TagCommand.Describe(),
                    TopCommand.Describe(),
                    WaitCommand.Describe(),
                ],
            Run = static invocation =>
            {
                if (!invocation.Flag("version"))
                    return invocation.PrintHelp(Print.Error);
                Print.Line($"Conex version {Release.Version}, build {Release.Build}");
                return 0;
            },
        };

    private static Command Container =>
        new()
        {
            Name = "container",
            Description = "Manage containers",
            Usage = "COMMAND",
            Section = Management,
            Subcommands = static () =>
                [
                    AttachCommand.Describe(),
                    CommitCommand.Describe(),
                    CopyCommand.Describe(),
                    CreateCommand.Describe(),
                    DiffCommand.Describe(),
                    ExecCommand.Describe(),
                    ExportCommand.Describe(),
                    InspectCommand.Describe(InspectCommand.Kind.Container),
                    KillCommand.Describe(),
                    LogsCommand.Describe(),
                    PsCommand.Describe("ls", aliases: ["list", "ps"]),
                    RmCommand.Describe(),
                    RunCommand.Describe(),
                    StartCommand.Describe(),
                    StopCommand.Describe(),
                    TopCommand.Describe(),
                    WaitCommand.Describe(),
                ],
        };

    private static Command Image =>
        new()
        {
            Name = "image",
            Description = "Manage images",
            Usage = "COMMAND",
            Section = Management,
            Subcommands = static () =>
                [
                    HistoryCommand.Describe(),
                    ImportCommand.Describe(),
                    InspectCommand.Describe(InspectCommand.Kind.Image),
                    LoadCommand.Describe(),
                    ImagesCommand.Describe("ls", aliases: ["list"]),
                    ImageMountCommand.Describe(),
                    ImagePruneCommand.Describe(),
                    PullCommand.Describe(),
                    PushCommand.Describe(),
                    RmiCommand.Describe("rm", "remove"),
                    SaveCommand.Describe(),
                    TagCommand.Describe(),
                    ImageUnmountCommand.Describe(),
                ],
        };

    private static Command System =>
        new()
        {
            Name = "system",
            Description = "Manage Conex",
            Usage = "COMMAND",
            Section = Management,
            Subcommands = static () => [SystemCheckCommand.Describe(), DiskUsageCommand.Describe(), InfoCommand.Describe()],
        };
}

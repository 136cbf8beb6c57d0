using Conex.Cli.Copies;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Linux.Terminals;

namespace Conex.Cli.Commands;

/// <summary><c>cp</c>: files between a container and the local file system.</summary>
internal static class CopyCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "cp",
            Description = "Copy files/folders between a container and the local filesystem",
            Details =
                "Copy files/folders between a container and the local filesystem\n\n"
                + "Use '-' as the source to read a tar archive from stdin\n"
                + "and extract it to a directory destination in a container.\n"
                + "Use '-' as the destination to stream a tar archive of a\n"
                + "container source to stdout.",
            Usage = "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|- or SRC_PATH|- CONTAINER:DEST_PATH",
            Paths = ["container cp", "cp"],
            Options = static () =>
                new OptionTable()
                    .Flag("archive", 'a', "Archive mode (copy all uid/gid information)")
                    .Flag("follow-link", 'L', "Always follow symbol link in SRC_PATH")
                    .Flag(
                        "quiet",
                        'q',
                        "Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached"
                    ),
            Arguments = ArgumentCount.Exactly(2),
            Completes = CompletionSource.Files,
            CompletesAll = true,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        if (options.Arguments is not [{ Length: > 0 } source, { Length: > 0 } destination])
            throw new CommandException($"{(options.Arguments[0].Length == 0 ? "source" : "destination")} can not be empty");
        var from = Split(source);
        var to = Split(destination);
        var archive = options.Flag("archive");
        var followLink = options.Flag("follow-link");
        long? size;
        using var client = Engine.Connect(options);
        switch (from.Container, to.Container)
        {
            case ({ } container, null):
                size = CopyOut.Run(client, container, from.Path, to.Path, followLink, archive);
                break;
            case (null, { } container):
                size = CopyIn.Run(client, container, from.Path, to.Path, followLink, archive);
                break;
            case (null, null):
                throw new CommandException("must specify at least one container source");
            default:
                throw new CommandException("copying between containers is not supported");
        }
        if (size is { } bytes && !options.Flag("quiet", !Terminal.IsTerminal(FileHandle.StandardOutput)))
            Print.ErrorLine($"Successfully copied {SizeText.Decimal(bytes)} to {destination}");
        return 0;
    }

    /// <summary>A colon parts container and path, unless the text is a path for certain: <c>/a:b</c>, <c>./a:b</c>.</summary>
    private static (string? Container, string Path) Split(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || text[0] is '/' or '.' ? (null, text) : (text[..colon], text[(colon + 1)..]);
    }
}

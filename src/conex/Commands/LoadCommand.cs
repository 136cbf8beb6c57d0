using Conex.Cli.Copies;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Linux.Terminals;

namespace Conex.Cli.Commands;

/// <summary><c>load</c>: images from a tar.</summary>
internal static class LoadCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "load",
            Description = "Load an image from a tar archive or STDIN",
            Usage = "[OPTIONS]",
            Paths = ["image load", "load"],
            Options = static () =>
                new OptionTable()
                    .Text(
                        "input",
                        'i',
                        "string",
                        "Read from tar archive file, or from a directory with an OCI layout or of skopeo's dir:, instead of STDIN",
                        completes: CompletionSource.Files
                    )
                    .Text(
                        "platform",
                        "string",
                        "Load only the given platform variant. Formatted as \"os[/arch[/variant]]\" (e.g., \"linux/amd64\")"
                    )
                    .Flag("quiet", 'q', "Suppress the load output"),
            Arguments = ArgumentCount.None,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var path = options.Text("input");
        using var layout = string.IsNullOrEmpty(path) ? null : LayoutDirectory.TryOpen(path);
        if (layout is not null)
        {
            using var engine = Engine.Connect(options);
            using var answer = engine.Images.Load(layout.Write, options.Flag("quiet"), options.Text("platform"));
            new Progress(Print.Out, FileHandle.StandardOutput).Print(answer.Messages());
            return 0;
        }
        using var tar = string.IsNullOrEmpty(path) ? FileHandle.StandardInput : PathAt.Open(path, OpenMode.Read);
        if (string.IsNullOrEmpty(path) && Terminal.IsTerminal(tar))
            throw new CommandException("requested load from stdin, but stdin is empty");
        using var client = Engine.Connect(options);
        using var response = client.Images.Load(tar, options.Flag("quiet"), options.Text("platform"));
        new Progress(Print.Out, FileHandle.StandardOutput).Print(response.Messages());
        return 0;
    }
}

using Conex.Cli.Copies;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>save</c>: images as a tar.</summary>
internal static class SaveCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "save",
            Description = "Save one or more images to a tar archive (streamed to STDOUT by default)",
            Usage = "[OPTIONS] IMAGE [IMAGE...]",
            Paths = ["image save", "save"],
            Options = static () =>
                new OptionTable()
                    .Text(
                        "format",
                        "string",
                        "Form of the archive: \"docker-archive\" (an OCI layout that docker reads, default), \"oci-archive\" (an OCI layout alone), \"oci-dir\" (the layout as a directory) or \"docker-dir\" (a directory that skopeo and podman read as dir:)"
                    )
                    .Text("output", 'o', "string", "Write to a file, instead of STDOUT", completes: CompletionSource.Files)
                    .Text(
                        "platform",
                        "string",
                        "Save only the given platform variant. Formatted as \"os[/arch[/variant]]\" (e.g., \"linux/amd64\")"
                    ),
            Arguments = ArgumentCount.AtLeast(1),
            Completes = CompletionSource.Images,
            CompletesAll = true,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var path = options.Text("output");
        var format = options.Text("format");
        if (format is "oci-dir" or "docker-dir")
        {
            if (string.IsNullOrEmpty(path))
                throw new CommandException($"{format} needs a directory: give its path with -o");
            using var target = LayoutDirectory.Make(path);
            using var engine = Engine.Connect(options);
            using var layout = engine.Images.Save(options.Arguments, format, options.Text("platform"));
            target.Take(layout);
            return 0;
        }
        ArchiveOutput.RequireNoTerminal(path, "cowardly refusing to save to a terminal. Use the -o flag or redirect");
        using var client = Engine.Connect(options);
        using var response = client.Images.Save(options.Arguments, format, options.Text("platform"));
        ArchiveOutput.Write(response, path);
        return 0;
    }
}

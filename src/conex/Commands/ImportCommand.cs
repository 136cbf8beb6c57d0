using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.Linux.Files;

namespace Conex.Cli.Commands;

/// <summary><c>import</c>: an image from the tar of a root filesystem.</summary>
internal static class ImportCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "import",
            Description = "Import the contents from a tarball to create a filesystem image",
            Usage = "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
            Paths = ["image import", "import"],
            Options = static () =>
                new OptionTable()
                    .List("change", 'c', "list", "Apply Dockerfile instruction to the created image")
                    .Text("message", 'm', "string", "Set commit message for imported image")
                    .Text("platform", "string", "Set platform if server is multi-platform capable"),
            Arguments = new ArgumentCount(1, 2),
            Completes = CompletionSource.Files,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var source = options.Arguments[0];
        var isUrl =
            source.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        using var tar =
            isUrl ? null
            : source == "-" ? FileHandle.StandardInput
            : PathAt.Open(source, OpenMode.Read);
        var (repository, tag) = options.Arguments.Length > 1 ? ImageName.Split(options.Arguments[1]) : (null, null);
        using var client = Engine.Connect(options);
        using var response = client.Images.Import(
            tar,
            isUrl ? source : "-",
            repository,
            tag,
            options.Text("message"),
            options.List("change"),
            options.Text("platform")
        );
        new Progress(Print.Out, FileHandle.StandardOutput).Print(response.Messages());
        return 0;
    }
}

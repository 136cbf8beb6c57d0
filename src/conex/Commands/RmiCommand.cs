using System.Text;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>rmi</c>: remove images.</summary>
internal static class RmiCommand
{
    private const int NotFoundStatus = 404;

    internal static Command Describe(string name, params string[] aliases) =>
        new()
        {
            Name = name,
            Aliases = aliases,
            Description = "Remove one or more images",
            Usage = "[OPTIONS] IMAGE [IMAGE...]",
            Paths = ["image rm", "image remove", "rmi"],
            Options = static () =>
                new OptionTable().Flag("force", 'f', "Force removal of the image").Flag("no-prune", "Do not delete untagged parents"),
            Arguments = ArgumentCount.AtLeast(1),
            Completes = CompletionSource.Images,
            CompletesAll = true,
            Run = static options =>
            {
                using var client = Engine.Connect(options);
                return EachTarget.RunAndPrint(options.Arguments, image => Remove(client, options, image));
            },
        };

    private static string? Remove(EngineClient client, Invocation options, string image)
    {
        var force = options.Flag("force");
        try
        {
            var lines = new StringBuilder();
            foreach (var step in client.Images.Remove(image, force, options.Flag("no-prune")))
            {
                if (step.Deleted is { Length: > 0 } deleted)
                    lines.Append("Deleted: ").Append(deleted).Append('\n');
                if (step.Untagged is { Length: > 0 } untagged)
                    lines.Append("Untagged: ").Append(untagged).Append('\n');
            }
            Print.Out(lines.ToString());
        }
        catch (EngineException gone) when (gone.Status == NotFoundStatus && force)
        {
            Print.ErrorLine(Failures.Sentence(gone)!);
        }
        return null;
    }
}

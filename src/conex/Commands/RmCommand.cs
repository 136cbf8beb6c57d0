using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>rm</c>: remove containers.</summary>
internal static class RmCommand
{
    private const int NotFoundStatus = 404;

    internal static Command Describe() =>
        new()
        {
            Name = "rm",
            Aliases = ["remove"],
            Description = "Remove one or more containers",
            Usage = "[OPTIONS] CONTAINER [CONTAINER...]",
            Paths = ["container rm", "container remove", "rm"],
            Options = static () =>
                new OptionTable()
                    .Flag("force", 'f', "Force the removal of a running container (uses SIGKILL)")
                    .Flag("link", 'l', "Remove the specified link")
                    .Flag("volumes", 'v', "Remove anonymous volumes associated with the container"),
            Arguments = ArgumentCount.AtLeast(1),
            Completes = CompletionSource.Containers,
            CompletesAll = true,
            Run = static options =>
            {
                using var client = Engine.Connect(options);
                return EachTarget.RunAndPrint(options.Arguments, target => Remove(client, options, target));
            },
        };

    private static string? Remove(EngineClient client, Invocation options, string target)
    {
        var name = target.Trim('/');
        if (name.Length == 0)
            throw new CommandException("container name cannot be empty");
        try
        {
            client.Containers.Remove(name, options.Flag("force"), options.Flag("volumes"), options.Flag("link"));
            return target;
        }
        catch (EngineException gone) when (gone.Status == NotFoundStatus && options.Flag("force"))
        {
            // rm -f of what is not there has reached its aim, as rm(1).
            Print.ErrorLine(Failures.Sentence(gone)!);
            return null;
        }
    }
}

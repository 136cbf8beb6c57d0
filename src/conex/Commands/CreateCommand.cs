using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.Cli.Terminals;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>create</c>: the first half of <c>run</c>.</summary>
internal static class CreateCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "create",
            Description = "Create a new container",
            Usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
            Paths = ["container create", "create"],
            Options = ContainerOptions.ForCreate,
            Arguments = ArgumentCount.AtLeast(1),
            Interspersed = false,
            Completes = CompletionSource.Images,
            Run = static invocation => RunFailures.Report(invocation, () => Run(invocation)),
        };

    private static int Run(Invocation options)
    {
        var request = ContainerRequest.Of(options, detached: false, options.Flag("tty") ? Foreground.Window() : null);
        using var client = Engine.Connect(options);
        Print.Line(CreatedContainer.Create(client, options, request));
        return 0;
    }
}

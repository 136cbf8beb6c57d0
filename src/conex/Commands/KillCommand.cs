using Conex.Cli.Daemon;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>kill</c>: send a signal to containers.</summary>
internal static class KillCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "kill",
            Description = "Kill one or more running containers",
            Usage = "[OPTIONS] CONTAINER [CONTAINER...]",
            Paths = ["container kill", "kill"],
            Options = static () => new OptionTable().Text("signal", 's', "string", "Signal to send to the container"),
            Arguments = ArgumentCount.AtLeast(1),
            Completes = CompletionSource.RunningContainers,
            CompletesAll = true,
            Run = static options =>
            {
                using var client = Engine.Connect(options);
                return EachTarget.Run(options.Arguments, container => client.Containers.Kill(container, options.Text("signal")));
            },
        };
}

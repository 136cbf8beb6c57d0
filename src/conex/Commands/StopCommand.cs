using Conex.Cli.Daemon;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>stop</c>: ask containers to end, and kill them after a time.</summary>
internal static class StopCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "stop",
            Description = "Stop one or more running containers",
            Usage = "[OPTIONS] CONTAINER [CONTAINER...]",
            Paths = ["container stop", "stop"],
            Options = static () =>
                new OptionTable()
                    .Text("signal", 's', "string", "Signal to send to the container")
                    .Integer("timeout", 't', "int", "Seconds to wait before killing the container")
                    .Integer("time", "int", "Seconds to wait before killing the container", hidden: true),
            Arguments = ArgumentCount.AtLeast(1),
            Completes = CompletionSource.RunningContainers,
            CompletesAll = true,
            Run = static options =>
            {
                using var client = Engine.Connect(options);
                var timeout = (int?)(options.Integer("timeout") ?? options.Integer("time"));
                return EachTarget.Run(options.Arguments, container => client.Containers.Stop(container, timeout, options.Text("signal")));
            },
        };
}

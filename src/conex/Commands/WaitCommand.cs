using System.Globalization;
using Conex.Cli.Daemon;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>wait</c>: print the exit codes of containers when they have ended.</summary>
internal static class WaitCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "wait",
            Description = "Block until one or more containers stop, then print their exit codes",
            Usage = "CONTAINER [CONTAINER...]",
            Paths = ["container wait", "wait"],
            Arguments = ArgumentCount.AtLeast(1),
            Completes = CompletionSource.RunningContainers,
            CompletesAll = true,
            Run = static options =>
            {
                using var client = Engine.Connect(options);
                return EachTarget.RunAndPrint(options.Arguments, container => Wait(client, container));
            },
        };

    private static string Wait(EngineClient client, string container)
    {
        using var wait = client.Containers.Wait(container);
        // What was strange about the end is in the container's state: scripts read a number here.
        return wait.Result().StatusCode.ToString(CultureInfo.InvariantCulture);
    }
}

using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>top</c>: the processes of a container.</summary>
internal static class TopCommand
{
    private const int NarrowestColumn = 20;

    internal static Command Describe() =>
        new()
        {
            Name = "top",
            Description = "Display the running processes of a container",
            Usage = "CONTAINER [ps OPTIONS]",
            Paths = ["container top", "top"],
            Arguments = ArgumentCount.AtLeast(1),
            Interspersed = false,
            Completes = CompletionSource.RunningContainers,
            Run = static options =>
            {
                using var client = Engine.Connect(options);
                string[] ps = options.Arguments[1..];
                var processes = client.Containers.Top(options.Arguments[0], ps.Length == 0 ? null : string.Join(' ', ps));
                var table = new Columns(NarrowestColumn);
                table.Add(processes.Titles);
                foreach (var process in processes.Processes)
                    table.Add(process);
                Print.Out(table.ToString());
                return 0;
            },
        };
}

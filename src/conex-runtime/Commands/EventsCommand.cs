using Conex.CommandLine;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.Events;

namespace ConexRuntime.Commands;

/// <summary><c>events</c>.</summary>
internal static class EventsCommand
{
    internal static Command Events { get; } =
        new()
        {
            Name = "events",
            Description = "Print what a container uses and when its memory runs out, as lines of JSON",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.Exactly(1),
            Options = () =>
                new OptionTable()
                    .Text("interval", "duration", "Time between two statistics", "5s")
                    .Flag("stats", "Print the statistics once"),
            Run = invocation => CommandTable.Guard(invocation, global => Do(invocation, global)),
        };

    private static int Do(Invocation invocation, GlobalOptions global)
    {
        TimeSpan interval = invocation.Text("interval") is { } text ? GoDuration.Parse(text) : TimeSpan.FromSeconds(5);
        if (interval <= TimeSpan.Zero)
        {
            throw new InvalidSpecException("duration interval must be greater than 0");
        }
        var container = Container.Open(global.Context, invocation.Arguments[0]);
        if (invocation.Flag("stats"))
        {
            Output.Bytes(ContainerEvents.Statistics(container));
            return 0;
        }
        ContainerEvents.Follow(container, interval, line => Output.Bytes(line));
        return 0;
    }
}

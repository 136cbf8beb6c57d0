using Conex.CommandLine;
using Conex.Linux.Processes;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary><c>start</c>, <c>kill</c>, <c>delete</c>, <c>pause</c>, <c>resume</c>.</summary>
internal static class ControlCommands
{
    internal static Command Start { get; } =
        Simple("start", "Start a created container", (context, id) => ContainerControl.Start(context, id, CreateCommand.NotifySocket));

    internal static Command Pause { get; } = Simple("pause", "Stop all processes of a container", ContainerControl.Pause);

    internal static Command Resume { get; } = Simple("resume", "Let a paused container go on", ContainerControl.Resume);

    internal static Command Kill { get; } =
        new()
        {
            Name = "kill",
            Description = "Send a signal to a container",
            Usage = "[OPTIONS] ID [SIGNAL]",
            Arguments = new ArgumentCount(1, 2),
            Options = () =>
                new OptionTable()
                    .Flag("all", 'a', "Send it to every process of a container without a PID namespace")
                    .Flag("regex", 'r', "ID is a regular expression for many containers"),
            Run = invocation =>
                CommandTable.Guard(
                    invocation,
                    global =>
                    {
                        string name = invocation.Arguments.Length > 1 ? invocation.Arguments[1] : "SIGTERM";
                        if (!SignalName.TryParse(name, out Signal signal))
                        {
                            throw new InvalidSpecException($"unknown signal \"{name}\"");
                        }
                        return ManyContainers.Each(
                            invocation,
                            global,
                            id => ContainerControl.Kill(global.Context, id, signal, invocation.Flag("all"))
                        );
                    }
                ),
        };

    internal static Command Delete { get; } =
        new()
        {
            Name = "delete",
            Description = "Remove a container",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.Exactly(1),
            Options = () =>
                new OptionTable()
                    .Flag("force", 'f', "End it first when it runs; a missing one is no error")
                    .Flag("regex", 'r', "ID is a regular expression for many containers"),
            Run = invocation =>
                CommandTable.Guard(
                    invocation,
                    global =>
                        ManyContainers.Each(invocation, global, id => ContainerRemoval.Delete(global.Context, id, invocation.Flag("force")))
                ),
        };

    private static Command Simple(string name, string description, Action<RuntimeContext, string> work) =>
        new()
        {
            Name = name,
            Description = description,
            Usage = "ID",
            Arguments = ArgumentCount.Exactly(1),
            Run = invocation =>
                CommandTable.Guard(
                    invocation,
                    global =>
                    {
                        work(global.Context, invocation.Arguments[0]);
                        return 0;
                    }
                ),
        };
}

using Conex.CommandLine;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.Monitors;

namespace ConexRuntime.Commands;

/// <summary><c>monitor</c>: stays with one container, or one exec, for its whole life.</summary>
internal static class MonitorCommand
{
    internal static Command Monitor { get; } =
        new()
        {
            Name = "monitor",
            Description = "Supervise a container: its streams, its log, its exit",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.Exactly(1),
            Options = () =>
                new OptionTable()
                    .Text("bundle", 'b', "dir", "The bundle's directory")
                    .Flag("exec", "Run a further process of the container instead of the container")
                    .Text("process", "file", "With --exec: the process as JSON")
                    .Text("run-dir", "dir", "Directory for monitor.sock and exit.json")
                    .Text("log", "file", "The container's log")
                    .Integer("log-max-size", "bytes", "Size at which the log is rotated")
                    .Integer("log-max-files", "n", "Log files to keep")
                    .Flag("stdin", "Standard input comes from attached clients")
                    .Flag("stdin-once", "Standard input ends with the first client's")
                    .Text("conexd", "path", "The engine's program, started at the end when nobody listens")
                    .Text("engine-socket", "path", "The engine's socket"),
            Run = invocation => CommandTable.GuardProtected(invocation, global => Do(invocation, global)),
        };

    private static int Do(Invocation invocation, GlobalOptions global)
    {
        string id = invocation.Arguments[0];
        bool exec = invocation.Flag("exec");
        var options = new MonitorOptions
        {
            ContainerId = id,
            RunDirectory = Required(invocation, "run-dir"),
            Bundle = exec ? null : Required(invocation, "bundle"),
            ProcessFile = exec ? Required(invocation, "process") : null,
            LogFile = invocation.Text("log"),
            LogMaximumSize = invocation.Integer("log-max-size") ?? 0,
            LogMaximumFiles = (int)(invocation.Integer("log-max-files") ?? 1),
            Stdin = invocation.Flag("stdin"),
            StdinOnce = invocation.Flag("stdin-once"),
            EngineProgram = invocation.Text("conexd"),
            EngineSocket = invocation.Text("engine-socket"),
        };
        if (exec)
        {
            return Conex.Runtime.Monitors.Monitor.Run(options, new SupervisedExec(global.Context, id, options.ProcessFile!));
        }
        using var container = new SupervisedContainer(global.Context, id, options.Bundle!);
        return Conex.Runtime.Monitors.Monitor.Run(options, container);
    }

    private static string Required(Invocation invocation, string option) =>
        invocation.Text(option) is { Length: > 0 } value ? value : throw new InvalidSpecException($"monitor needs --{option}");
}

using Conex.CommandLine;
using Conex.Linux.Cgroups;
using Conex.Linux.DBus;
using Conex.Linux.Errors;
using Conex.Linux.Processes;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary>The commands and what every one of them does with errors.</summary>
internal static class CommandTable
{
    internal static Command Root() =>
        new()
        {
            Name = "conex-runtime",
            Description = "Runs containers from OCI bundles",
            Usage = "[OPTIONS] COMMAND [ARG...]",
            Options = () =>
                new OptionTable()
                    .Text("root", "dir", "Directory for the state of containers")
                    .Text("log", "log", "Also write errors to this file, or to journald:NAME or syslog:NAME")
                    .Text("log-format", "format", "Format of the log file: text or json")
                    .Text("log-level", "level", "Accepted for compatibility", hidden: true)
                    .Text("cgroup-manager", "manager", "Who makes cgroups: cgroupfs, systemd or disabled", hidden: true)
                    .Text("rootless", "bool", "Go on where no cgroup may be made: true, false or auto")
                    .Text("criu", "path", "criu's program, when it is not the first on PATH", hidden: true)
                    .Flag("debug", "Accepted for compatibility")
                    .Flag("systemd-cgroup", "Let systemd make the cgroups of new containers")
                    .Flag("version", 'v', "Print the version"),
            Subcommands = All,
            Run = invocation => invocation.Flag("version") ? Information.Version() : invocation.PrintHelp(Output.Text),
        };

    private static Command[] All() =>
        [
            CreateCommand.Create,
            CreateCommand.Run,
            ControlCommands.Start,
            ControlCommands.Kill,
            ControlCommands.Delete,
            ControlCommands.Pause,
            ControlCommands.Resume,
            UpdateCommand.Update,
            MountsCommand.Mounts,
            CheckpointCommand.Checkpoint,
            RestoreCommand.Restore,
            EventsCommand.Events,
            ExecCommand.Exec,
            InspectCommands.State,
            InspectCommands.List,
            InspectCommands.Processes,
            PlanCommand.Plan,
            SpecCommand.Spec,
            Information.Features,
            MonitorCommand.Monitor,
        ];

    /// <summary>As <see cref="Guard"/>, for work that starts a process inside a container.</summary>
    internal static int GuardProtected(Invocation invocation, Func<GlobalOptions, int> work, int errorCode = 1) =>
        Guard(
            invocation,
            global =>
            {
                OwnProgram.Protect();
                return work(global);
            },
            errorCode
        );

    /// <summary>Runs a command's work; an error becomes one sentence and <paramref name="errorCode"/>.</summary>
    internal static int Guard(Invocation invocation, Func<GlobalOptions, int> work, int errorCode = 1)
    {
        var options = GlobalOptions.Of(invocation);
        try
        {
            return work(options);
        }
        catch (Exception e)
            when (e
                    is InvalidSpecException
                        or LaunchException
                        or ContainerStateException
                        or CheckpointException
                        or KernelException
                        or CgroupException
                        or DBusException
                        or FormatException
                        or ArgumentException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            options.Report(e);
            return errorCode;
        }
    }
}

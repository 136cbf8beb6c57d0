using Conex.CommandLine;
using Conex.Linux.Processes;
using Conex.Runtime.Checkpoints;
using Conex.Runtime.Containers;
using ConexRuntime.Terminals;

namespace ConexRuntime.Commands;

/// <summary><c>restore</c>.</summary>
internal static class RestoreCommand
{
    internal static Command Restore { get; } =
        new()
        {
            Name = "restore",
            Description = "Bring a container back from a checkpoint",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.Exactly(1),
            Options = () =>
                CriuArguments
                    .Table()
                    .Text("bundle", 'b', "dir", "The bundle's directory", ".")
                    .Text("console-socket", "path", "Unix socket that takes the terminal's descriptor")
                    .Flag("detach", 'd', "Return once the container runs")
                    .Text("pid-file", "path", "File for the process number")
                    .Text("lsm-profile", "profile", "Profile of AppArmor or label of SELinux instead of the one before: TYPE:NAME")
                    .Text("lsm-mount-context", "context", "Label of mounts instead of the one before")
                    .Flag("no-pivot", "Accepted for compatibility", hidden: true)
                    .Flag("no-subreaper", "Accepted for compatibility", hidden: true),
            Run = invocation => CommandTable.Guard(invocation, global => Do(invocation, global)),
        };

    private static int Do(Invocation invocation, GlobalOptions global)
    {
        CriuOptions options = CriuArguments.Read(invocation) with
        {
            LsmProfile = invocation.Text("lsm-profile"),
            LsmMountContext = invocation.Text("lsm-mount-context"),
        };
        bool detach = invocation.Flag("detach");
        string? consoleSocket = invocation.Text("console-socket");
        var bundle = Bundle.Load(Path.GetFullPath(invocation.Text("bundle") ?? "."), "config.json");
        CreateCommand.CheckConsole(bundle.Spec.Process?.Terminal == true, detach, consoleSocket);
        var request = new RestoreRequest
        {
            Id = invocation.Arguments[0],
            Bundle = bundle,
            Options = options,
            TakeTerminal = consoleSocket is null ? null : master => ConsoleSocket.Send(consoleSocket, master),
        };
        // Caught before the container goes on, so that none is lost between that and the forwarding.
        using SignalPipe? signals = detach ? null : SignalForwarding.Open();
        using RestoredContainer container = ContainerRestore.Do(global.Context, request);
        foreach (string warning in container.Warnings)
        {
            global.Context.Warn(warning);
        }
        try
        {
            CreateCommand.WritePidFile(invocation.Text("pid-file"), container.Record.Pid);
        }
        catch
        {
            container.Abandon(global.Context);
            throw;
        }
        if (detach)
        {
            return 0;
        }
        ExitStatus status = ForegroundProcess.Wait(container.Handle, container.Terminal, signals!);
        container.Remove(global.Context);
        return status.ShellCode;
    }
}

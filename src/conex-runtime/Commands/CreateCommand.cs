using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using ConexRuntime.Terminals;

namespace ConexRuntime.Commands;

/// <summary><c>create</c> and <c>run</c>.</summary>
internal static class CreateCommand
{
    internal static Command Create { get; } =
        new()
        {
            Name = "create",
            Description = "Create a container",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.Exactly(1),
            Options = Options,
            Run = invocation => CommandTable.GuardProtected(invocation, global => DoCreate(invocation, global)),
        };

    internal static Command Run { get; } =
        new()
        {
            Name = "run",
            Description = "Create and start a container",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.Exactly(1),
            Options = () =>
                Options()
                    .Flag("detach", 'd', "Return once the container runs")
                    .Flag("keep", "Keep the state after the container ended")
                    .Flag("no-subreaper", "Accepted for compatibility", hidden: true),
            Run = invocation => CommandTable.GuardProtected(invocation, global => DoRun(invocation, global)),
        };

    private static OptionTable Options() =>
        new OptionTable()
            .Text("bundle", 'b', "dir", "The bundle's directory", ".")
            .Text("config", 'f', "file", "The configuration's file in the bundle", "config.json")
            .Text("console-socket", "path", "Unix socket that takes the terminal's descriptor")
            .Text("pidfd-socket", "path", "Unix socket that takes the process's pidfd")
            .Text("pid-file", "path", "File for the process number")
            .Flag("no-pivot", "Move the root instead of pivoting to it")
            .Flag("no-new-keyring", "Keep the session keyring")
            .Integer("preserve-fds", "n", "Pass this many descriptors from 3 on");

    private static int DoCreate(Invocation invocation, GlobalOptions global)
    {
        string? consoleSocket = invocation.Text("console-socket");
        using CreatedContainer container = Make(invocation, global, StartGate.Listener, consoleSocket, signals: null);
        HandOver(container, global, () => NameProcess(invocation, container));
        return 0;
    }

    private static int DoRun(Invocation invocation, GlobalOptions global)
    {
        bool detach = invocation.Flag("detach");
        string? consoleSocket = invocation.Text("console-socket");
        // Caught before the container exists, so that none is lost between its start and the forwarding; and until this process ends.
        SignalPipe? signals = detach ? null : SignalForwarding.Open();
        using CreatedContainer container = Make(invocation, global, StartGate.None, consoleSocket, signals);
        HandOver(container, global, () => NameProcess(invocation, container));
        container.AwaitExecution(global.Context);
        HandOver(container, global, () => SendTerminal(container, consoleSocket));
        if (detach)
        {
            container.Notify?.AwaitReady(container.Process.Handle, container.Process.Pid);
            return 0;
        }
        ExitStatus status = ForegroundProcess.Wait(container.Process, signals!, consoleSocket is null, container.Notify);
        if (status.Signal != Signal.None && container.ExplainEnd(status) is { } why)
        {
            global.Report(why);
        }
        if (!invocation.Flag("keep"))
        {
            container.Remove(global.Context);
        }
        return status.ShellCode;
    }

    /// <param name="signals">Those that this process passes on; null when the container is left alone.</param>
    private static CreatedContainer Make(
        Invocation invocation,
        GlobalOptions global,
        StartGate gate,
        string? consoleSocket,
        SignalPipe? signals
    )
    {
        bool detached = signals is null;
        var bundle = Bundle.Load(Path.GetFullPath(invocation.Text("bundle") ?? "."), invocation.Text("config") ?? "config.json");
        var request = new CreateRequest
        {
            Id = invocation.Arguments[0],
            Bundle = bundle,
            Gate = gate,
            CaughtSignals = signals?.Caught ?? [],
            NoPivot = invocation.Flag("no-pivot"),
            NoNewKeyring = invocation.Flag("no-new-keyring"),
            PreservedDescriptors = (int)(invocation.Integer("preserve-fds") ?? 0),
            Activation = SocketActivation.OfEnvironment(),
            NotifySocket = NotifySocket,
        };
        CheckConsole(bundle.Spec.Process?.Terminal == true, detached, consoleSocket);
        if (!detached)
        {
            request = request with { Bundle = WithCallersSize(bundle) };
        }
        CreatedContainer container = ContainerCreation.Create(global.Context, request);
        foreach (string warning in container.Warnings)
        {
            Output.Error($"conex-runtime: warning: {warning}\n");
        }
        if (gate != StartGate.None)
        {
            HandOver(container, global, () => SendTerminal(container, consoleSocket));
        }
        return container;
    }

    /// <summary>Gives the caller what it asked for of a container; when that fails, nothing of the container is left.</summary>
    private static void HandOver(CreatedContainer container, GlobalOptions global, Action give)
    {
        try
        {
            give();
        }
        catch
        {
            container.Process.Abandon();
            container.Remove(global.Context);
            throw;
        }
    }

    /// <summary>The service manager's socket, when one waits for the container's readiness.</summary>
    internal static string? NotifySocket => Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } path ? path : null;

    /// <summary>Tells the caller the process's number, and its pidfd to whoever wants that.</summary>
    private static void NameProcess(Invocation invocation, CreatedContainer container)
    {
        WritePidFile(invocation.Text("pid-file"), container.Process.Pid);
        PidfdSocket.Send(invocation.Text("pidfd-socket"), container.Process);
        PidfdSocket.Send(container.Record.Annotations?.GetValueOrDefault(PidfdSocket.Annotation), container.Process);
    }

    /// <summary>A terminal that is relayed begins with the size of the caller's own.</summary>
    private static Bundle WithCallersSize(Bundle bundle) =>
        bundle.Spec.Process is { Terminal: true } process && ForegroundProcess.CallersSize is { } size
            ? bundle with
            {
                Spec = bundle.Spec with { Process = process with { ConsoleSize = size } },
            }
            : bundle;

    internal static void CheckConsole(bool terminal, bool detached, string? consoleSocket)
    {
        if (terminal && detached && consoleSocket is null)
        {
            throw new InvalidSpecException("cannot allocate tty if runc will detach without setting console socket");
        }
        if (consoleSocket is not null && (!terminal || !detached))
        {
            throw new InvalidSpecException("cannot use console socket if runc will not detach or allocate tty");
        }
    }

    private static void SendTerminal(CreatedContainer container, string? consoleSocket)
    {
        if (consoleSocket is not null)
        {
            ConsoleSocket.Send(consoleSocket, container.Process);
        }
    }

    /// <summary>Decimal, no newline, there whole or not at all: what callers of runc read.</summary>
    internal static void WritePidFile(string? path, int pid)
    {
        if (path is not null)
        {
            AtomicFile.Write(Path.GetFullPath(path), System.Text.Encoding.ASCII.GetBytes($"{pid}"), mode: 0x1A4);
        }
    }
}

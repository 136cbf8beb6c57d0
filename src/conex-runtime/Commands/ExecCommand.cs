using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;
using ConexRuntime.Terminals;

namespace ConexRuntime.Commands;

/// <summary><c>exec</c>.</summary>
internal static class ExecCommand
{
    /// <summary>runc's code for an exec that could not be set up.</summary>
    private const int SetUpError = 255;

    internal static Command Exec { get; } =
        new()
        {
            Name = "exec",
            Description = "Run another process in a container",
            Usage = "[OPTIONS] ID [COMMAND] [ARG...]",
            Arguments = ArgumentCount.AtLeast(1),
            Interspersed = false,
            Options = () =>
                new OptionTable()
                    .Text("console-socket", "path", "Unix socket that takes the terminal's descriptor")
                    .Text("pidfd-socket", "path", "Unix socket that takes the process's pidfd")
                    .Text("cwd", "dir", "Working directory")
                    .List("env", 'e', "NAME=VALUE", "Environment variables")
                    .Flag("tty", 't', "Allocate a terminal")
                    .Text("user", 'u', "UID[:GID]", "User")
                    .List("additional-gids", 'g', "gid", "Additional groups")
                    .Text("process", 'p', "file", "The process as JSON")
                    .Flag("detach", 'd', "Return once the process runs")
                    .Text("pid-file", "path", "File for the process number")
                    .Flag("no-new-privs", "Set no_new_privs")
                    .Text("apparmor", "profile", "AppArmor profile")
                    .Text("process-label", "label", "SELinux label")
                    .List("cgroup", "[controller:]path", "Run in this cgroup below the container's")
                    .List("cap", 'c', "NAME", "Add a capability")
                    .Integer("preserve-fds", "n", "Pass this many descriptors from 3 on")
                    .Flag("ignore-paused", "Start in a paused container too"),
            Run = invocation => CommandTable.GuardProtected(invocation, global => Do(invocation, global), SetUpError),
        };

    private static int Do(Invocation invocation, GlobalOptions global)
    {
        var container = Container.Open(global.Context, invocation.Arguments[0]);
        Process process = ProcessOf(invocation, container);
        bool detach = invocation.Flag("detach");
        string? consoleSocket = invocation.Text("console-socket");
        CreateCommand.CheckConsole(process.Terminal, detach, consoleSocket);
        if (process.Terminal && !detach)
        {
            process = process with { ConsoleSize = ForegroundProcess.CallersSize ?? process.ConsoleSize };
        }
        // Caught until this process ends.
        SignalPipe? signals = detach ? null : SignalForwarding.Open();
        using LaunchedProcess launched = ContainerExec.Start(
            container,
            process,
            stdio: null,
            dieWithParent: false,
            invocation.Flag("ignore-paused"),
            (int)(invocation.Integer("preserve-fds") ?? 0),
            invocation.List("cgroup"),
            signals?.Caught,
            CurrentProcess.EffectiveUser == 0 || invocation.List("cgroup").Count > 0 ? null : global.Context.Warn
        );
        try
        {
            CreateCommand.WritePidFile(invocation.Text("pid-file"), launched.Pid);
            PidfdSocket.Send(invocation.Text("pidfd-socket"), launched);
            if (consoleSocket is not null)
            {
                ConsoleSocket.Send(consoleSocket, launched);
            }
        }
        catch
        {
            launched.Abandon();
            throw;
        }
        return detach ? 0 : ForegroundProcess.Wait(launched, signals!, consoleSocket is null).ShellCode;
    }

    private static Process ProcessOf(Invocation invocation, Container container)
    {
        if (invocation.Text("process") is { } file)
        {
            return Process.Parse(FileIo.ReadAll(Path.GetFullPath(file)));
        }
        if (invocation.Arguments.Length < 2)
        {
            throw new InvalidSpecException("exec needs a command or --process");
        }
        Process first = container.Spec.Process ?? new Process { Cwd = "/" };
        return first with
        {
            Args = invocation.Arguments[1..],
            Terminal = invocation.Flag("tty"),
            Cwd = invocation.Text("cwd") ?? first.Cwd,
            Env = [.. first.Env ?? [], .. invocation.List("env")],
            NoNewPrivileges = invocation.Flag("no-new-privs", first.NoNewPrivileges),
            User = UserOf(invocation, first.User),
            Capabilities = CapabilitiesOf(invocation, first.Capabilities),
            ConsoleSize = null,
            ApparmorProfile = invocation.Text("apparmor") ?? first.ApparmorProfile,
            SelinuxLabel = invocation.Text("process-label") ?? first.SelinuxLabel,
        };
    }

    private static User UserOf(Invocation invocation, User user)
    {
        if (invocation.Text("user") is { } text)
        {
            string[] parts = text.Split(':');
            if (parts.Length > 2 || !uint.TryParse(parts[0], out uint uid))
            {
                throw new InvalidSpecException($"--user {text}: write UID or UID:GID as numbers");
            }
            uint gid = user.Gid;
            if (parts.Length == 2 && !uint.TryParse(parts[1], out gid))
            {
                throw new InvalidSpecException($"--user {text}: write UID or UID:GID as numbers");
            }
            user = user with { Uid = uid, Gid = gid };
        }
        List<uint> groups = [.. user.AdditionalGids ?? []];
        foreach (string group in invocation.List("additional-gids"))
        {
            groups.Add(uint.TryParse(group, out uint id) ? id : throw new InvalidSpecException($"--additional-gids {group}: not a number"));
        }
        return user with { AdditionalGids = groups };
    }

    private static Capabilities? CapabilitiesOf(Invocation invocation, Capabilities? capabilities)
    {
        IReadOnlyList<string> added = invocation.List("cap");
        if (added.Count == 0)
        {
            return capabilities;
        }
        capabilities ??= new Capabilities();
        return capabilities with
        {
            Bounding = [.. capabilities.Bounding ?? [], .. added],
            Effective = [.. capabilities.Effective ?? [], .. added],
            Permitted = [.. capabilities.Permitted ?? [], .. added],
        };
    }
}

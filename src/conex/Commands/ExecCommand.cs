using Conex.Cli.Daemon;
using Conex.Cli.Requests;
using Conex.Cli.Terminals;
using Conex.CommandLine;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>exec</c>: one more process in a running container.</summary>
internal static class ExecCommand
{
    internal static Command Describe(string section = "Commands") =>
        new()
        {
            Name = "exec",
            Description = "Execute a command in a running container",
            Usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
            Paths = ["container exec", "exec"],
            Section = section,
            Options = static () =>
                new OptionTable()
                    .Flag("detach", 'd', "Detached mode: run command in the background")
                    .Text("detach-keys", "string", "Override the key sequence for detaching a container")
                    .List("env", 'e', "list", "Set environment variables", check: EnvironmentOptions.Complaint)
                    .List("env-file", "list", "Read in a file of environment variables", completes: CompletionSource.Files)
                    .Flag("interactive", 'i', "Keep STDIN open even if not attached")
                    .Flag("privileged", "Give extended privileges to the command")
                    .Flag("tty", 't', "Allocate a pseudo-TTY")
                    .Text("user", 'u', "string", "Username or UID (format: \"<name|uid>[:<group|gid>]\")")
                    .Text("workdir", 'w', "string", "Working directory inside the container"),
            Arguments = ArgumentCount.AtLeast(2),
            Interspersed = false,
            Completes = CompletionSource.RunningContainers,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var detached = options.Flag("detach");
        var tty = options.Flag("tty");
        var input = options.Flag("interactive") && !detached;
        var keys = options.Text("detach-keys");
        if (keys is not null)
            _ = DetachKeys.Parse(keys);
        var window = tty ? Foreground.Window() : null;
        int[]? size = window is { } w ? [w.Rows, w.Columns] : null;
        var request = new ExecCreateRequest
        {
            User = options.Text("user") ?? "",
            Privileged = options.Flag("privileged"),
            Tty = tty,
            ConsoleSize = size,
            AttachStdin = input,
            AttachStdout = !detached,
            AttachStderr = !detached,
            Detach = detached,
            DetachKeys = keys ?? "",
            Env = EnvironmentOptions.Read(options.List("env-file"), options.List("env")),
            WorkingDir = options.Text("workdir") ?? "",
            Cmd = options.Arguments[1..],
        };
        if (!detached)
            Foreground.CheckInput(tty, input);

        using var client = Engine.Connect(options);
        var exec = client.Execs.Create(options.Arguments[0], request);
        if (detached)
        {
            client.Execs.StartDetached(exec, tty);
            return 0;
        }
        using var connection = client.Execs.Start(exec, tty, size);
        using var foreground = new Foreground(
            connection,
            tty,
            input,
            forward: null,
            newSize => client.Execs.Resize(exec, newSize.Rows, newSize.Columns),
            keys
        );
        if (!foreground.Run())
            throw AttachCommand.Detached();
        return client.Execs.Inspect(exec).ExitCode ?? 0;
    }
}

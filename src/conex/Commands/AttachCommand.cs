using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Terminals;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>attach</c>: join a container that runs.</summary>
internal static class AttachCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "attach",
            Description = "Attach local standard input, output, and error streams to a running container",
            Usage = "[OPTIONS] CONTAINER",
            Paths = ["container attach", "attach"],
            Options = static () =>
                new OptionTable()
                    .Text("detach-keys", "string", "Override the key sequence for detaching a container")
                    .Flag("no-stdin", "Do not attach STDIN")
                    .Flag("sig-proxy", "Proxy all received signals to the process", "true"),
            Arguments = ArgumentCount.Exactly(1),
            Completes = CompletionSource.RunningContainers,
            Run = Run,
        };

    internal static CommandException Detached() => new("read escape sequence");

    private static int Run(Invocation options)
    {
        using var client = Engine.Connect(options);
        var container = client.Containers.Inspect(options.Arguments[0]);
        if (!container.State.Running)
            throw new CommandException("cannot attach to a stopped container, start it first");
        if (container.State.Paused)
            throw new CommandException("cannot attach to a paused container, unpause it first");
        if (container.State.Restarting)
            throw new CommandException("cannot attach to a restarting container, wait until it is running");

        var tty = container.Config.Tty;
        var input = !options.Flag("no-stdin") && container.Config.OpenStdin;
        var keys = options.Text("detach-keys");
        Foreground.CheckInput(tty, input);
        using var wait = client.Containers.Wait(container.Id);
        using var connection = client.Containers.Attach(container.Id, new AttachOptions { Stdin = input, DetachKeys = keys });
        using var foreground = new Foreground(
            connection,
            tty,
            input,
            options.Flag("sig-proxy", true) && !tty ? RunCommand.Forward(client, container.Id) : null,
            window => client.Containers.Resize(container.Id, window.Rows, window.Columns),
            keys
        );
        return foreground.Run() ? (int)foreground.ExitCode(wait) : throw Detached();
    }
}

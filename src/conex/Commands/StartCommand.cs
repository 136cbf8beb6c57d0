using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Terminals;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>start</c>: containers that exist, in the background or attached.</summary>
internal static class StartCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "start",
            Description = "Start one or more stopped containers",
            Usage = "[OPTIONS] CONTAINER [CONTAINER...]",
            Paths = ["container start", "start"],
            Options = static () =>
                new OptionTable()
                    .Flag("attach", 'a', "Attach STDOUT/STDERR and forward signals")
                    .Text("detach-keys", "string", "Override the key sequence for detaching a container")
                    .Flag("interactive", 'i', "Attach container's STDIN")
                    .Flag("sig-proxy", "Proxy all received signals to the process", "true", hidden: true),
            Arguments = ArgumentCount.AtLeast(1),
            Completes = CompletionSource.Containers,
            CompletesAll = true,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        if (!options.Flag("attach") && !options.Flag("interactive"))
        {
            using var many = Engine.Connect(options);
            return EachTarget.Run(options.Arguments, container => many.Containers.Start(container));
        }
        if (options.Arguments.Length > 1)
            throw new CommandException("you cannot start and attach multiple containers at once");
        using var client = Engine.Connect(options);
        return Attached(client, options);
    }

    private static int Attached(EngineClient client, Invocation options)
    {
        var container = client.Containers.Inspect(options.Arguments[0]);
        var tty = container.Config.Tty;
        var input = options.Flag("interactive") && container.Config.OpenStdin;
        var keys = options.Text("detach-keys");
        var attach = new AttachOptions { Stdin = input, DetachKeys = keys };
        using var connection = client.Containers.Attach(container.Id, attach);
        using var wait = client.Containers.Wait(container.Id, container.HostConfig.AutoRemove ? "removed" : "next-exit");
        using var foreground = new Foreground(
            connection,
            tty,
            input,
            options.Flag("sig-proxy", true) && !tty ? RunCommand.Forward(client, container.Id) : null,
            window => client.Containers.Resize(container.Id, window.Rows, window.Columns),
            keys
        );
        client.Containers.Start(container.Id, keys);
        return foreground.Run() ? (int)foreground.ExitCode(wait) : 0;
    }
}

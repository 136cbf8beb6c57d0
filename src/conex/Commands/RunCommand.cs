using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.Cli.Terminals;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.Linux.Processes;

namespace Conex.Cli.Commands;

/// <summary><c>run</c>: create, attach, wait, start, and stand for the container until it ends.</summary>
internal static class RunCommand
{
    internal static Command Describe(string section = "Commands") =>
        new()
        {
            Name = "run",
            Description = "Create and run a new container from an image",
            Usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
            Paths = ["container run", "run"],
            Section = section,
            Options = ContainerOptions.ForRun,
            Arguments = ArgumentCount.AtLeast(1),
            Interspersed = false,
            Completes = CompletionSource.Images,
            Run = static invocation => RunFailures.Report(invocation, () => Run(invocation)),
        };

    private static int Run(Invocation options)
    {
        var detached = options.Flag("detach");
        if (detached && options.List("attach").Count > 0)
            throw new CommandException("conflicting options: cannot specify both --attach and --detach");
        if (options.Text("detach-keys") is { } keys)
            _ = DetachKeys.Parse(keys);
        var tty = options.Flag("tty");
        var request = ContainerRequest.Of(options, detached, tty ? Foreground.Window() : null);
        if (!detached)
            Foreground.CheckInput(tty, request.AttachStdin);

        using var client = Engine.Connect(options);
        var id = CreatedContainer.Create(client, options, request);
        if (detached)
        {
            client.Containers.Start(id);
            Print.Line(id);
            return 0;
        }
        if (!request.AttachStdin && !request.AttachStdout && !request.AttachStderr)
        {
            using var alone = client.Containers.Wait(id, WaitCondition(options));
            client.Containers.Start(id);
            return (int)alone.Result().StatusCode;
        }
        var attach = new AttachOptions
        {
            Stdin = request.AttachStdin,
            Stdout = request.AttachStdout,
            Stderr = request.AttachStderr,
            DetachKeys = options.Text("detach-keys"),
        };
        using var connection = client.Containers.Attach(id, attach);
        using var wait = client.Containers.Wait(id, WaitCondition(options));
        using var foreground = new Foreground(
            connection,
            tty,
            request.AttachStdin,
            options.Flag("sig-proxy", true) ? Forward(client, id) : null,
            window => client.Containers.Resize(id, window.Rows, window.Columns),
            options.Text("detach-keys")
        );
        client.Containers.Start(id, options.Text("detach-keys"));
        return foreground.Run() ? (int)foreground.ExitCode(wait) : 0;
    }

    /// <summary>Sends a signal to the container as a number, which needs no name.</summary>
    internal static Action<Signal> Forward(EngineClient client, string container) =>
        signal => client.Containers.Kill(container, ((int)signal).ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static string WaitCondition(Invocation options) => options.Flag("rm") ? "removed" : "next-exit";
}

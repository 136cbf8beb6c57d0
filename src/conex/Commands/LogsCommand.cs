using Conex.Cli.Daemon;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.DockerApi.Streams;
using Conex.Linux.Files;

namespace Conex.Cli.Commands;

/// <summary><c>logs</c>: what a container has written, and with <c>-f</c> what it goes on to write.</summary>
internal static class LogsCommand
{
    private const int BufferSize = 64 * 1024;

    internal static Command Describe() =>
        new()
        {
            Name = "logs",
            Description = "Fetch the logs of a container",
            Usage = "[OPTIONS] CONTAINER",
            Paths = ["container logs", "logs"],
            Options = static () =>
                new OptionTable()
                    .Flag("details", "Show extra details provided to logs")
                    .Flag("follow", 'f', "Follow log output")
                    .Text(
                        "since",
                        "string",
                        "Show logs since timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for 42 minutes)"
                    )
                    .Text("tail", 'n', "string", "Number of lines to show from the end of the logs", "\"all\"")
                    .Flag("timestamps", 't', "Show timestamps")
                    .Text(
                        "until",
                        "string",
                        "Show logs before a timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for 42 minutes)"
                    ),
            Arguments = ArgumentCount.Exactly(1),
            Completes = CompletionSource.Containers,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var now = DateTimeOffset.UtcNow;
        var request = new LogOptions
        {
            Follow = options.Flag("follow"),
            Timestamps = options.Flag("timestamps"),
            Details = options.Flag("details"),
            Tail = options.Text("tail") ?? "all",
            Since = options.Text("since") is { } since ? PointInTime.Parse(since, now) : null,
            Until = options.Text("until") is { } until ? PointInTime.Parse(until, now) : null,
        };
        using var client = Engine.Connect(options);
        var container = client.Containers.Inspect(options.Arguments[0]);
        using var response = client.Containers.Logs(container.Id, request);
        Copy(response, container.Config.Tty);
        return 0;
    }

    private static void Copy(EngineResponse response, bool tty)
    {
        var frames = new StdCopyDemultiplexer();
        var buffer = new byte[BufferSize];
        int count;
        while ((count = response.Read(buffer)) > 0)
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, count);
            if (tty)
            {
                FileIo.Write(FileHandle.StandardOutput, bytes);
                continue;
            }
            while (frames.TryTake(ref bytes, out var stream, out var payload))
                FileIo.Write(stream == StdCopyStream.Stdout ? FileHandle.StandardOutput : FileHandle.StandardError, payload);
        }
    }
}

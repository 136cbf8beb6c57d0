using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Conex.Api.Routing;
using Conex.Api.Streaming;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Logs;

namespace Conex.Api.Endpoints;

/// <summary>Calls that last: wait, logs, attach.</summary>
internal sealed class ContainerStreamEndpoints(ContainerEngine engine)
{
    /// <summary>Sends the headers before it waits: clients start a container only when they know that its end will not be missed.</summary>
    internal async Task WaitAsync(ApiRequest request)
    {
        WaitCondition condition = request.Query("condition") switch
        {
            null or "not-running" => WaitCondition.NotRunning,
            "next-exit" => WaitCondition.NextExit,
            "removed" => WaitCondition.Removed,
            string other => throw new InvalidRequestException($"invalid condition: \"{other}\""),
        };
        string id = engine.Containers.Inspect(request.Value("id")).Id;
        using CancellationTokenSource end = request.LinkEnd();
        Task<WaitResult> wait = engine.Containers.WaitAsync(id, condition, end.Token);
        await request.StartStreamAsync("application/json");
        WaitResponse? response;
        try
        {
            WaitResult result = await wait;
            response = new WaitResponse
            {
                StatusCode = result.ExitCode,
                Error = result.Error is null ? null : new WaitError { Message = result.Error },
            };
        }
        catch (OperationCanceledException)
        {
            response = request.Life.IsHandover ? await RelayAsync(request, id, condition) : null;
        }

        if (response is null)
        {
            // An answer without its object would be taken for exit code 0.
            request.Http.Abort();
            return;
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(response, DockerJson.Default.WaitResponse);
        await request.Http.Response.BodyWriter.WriteAsync((byte[])[.. json, (byte)'\n'], request.Aborted);
    }

    private Task<WaitResponse?> RelayAsync(ApiRequest request, string id, WaitCondition condition)
    {
        bool running = engine.Containers.Inspect(id).State.IsRunning;
        request.Ticket.LeaveEngineAlone();
        return WaitRelay.WaitAsync(request.Life.SocketPath, id, running, condition);
    }

    internal async Task LogsAsync(ApiRequest request)
    {
        ContainerDetails container = engine.Containers.Inspect(request.Value("id"));
        LogQuery query = new()
        {
            Stdout = request.Flag("stdout"),
            Stderr = request.Flag("stderr"),
            Follow = request.Flag("follow"),
            Tail = Tail(request.Query("tail")),
            Since = Moment(request.Query("since")),
            Until = Moment(request.Query("until")),
        };
        if (!query.Stdout && !query.Stderr)
        {
            throw new InvalidRequestException("Bad parameters: you must choose at least one stream");
        }

        using CancellationTokenSource end = request.LinkEnd();
        IAsyncEnumerable<LogEntry> entries = engine.Containers.ReadLogs(container.Id, query, end.Token);
        bool terminal = container.Configuration.Terminal;
        await request.StartStreamAsync(StreamFormat.ContentType(request.Version, terminal));
        var writer = new LogWriter(request.Http.Response.BodyWriter, framed: !terminal, request.Flag("timestamps"));
        try
        {
            await writer.WriteAllAsync(entries, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has left, or the daemon does.
        }
    }

    internal async Task AttachAsync(ApiRequest request)
    {
        ContainerDetails container = engine.Containers.Inspect(request.Value("id"));
        bool terminal = container.Configuration.Terminal;
        DetachKeys keys = DetachKeys.Parse(request.Query("detachKeys"));
        var streams = new AttachStreams(
            request.Flag("stdin") && container.Configuration.OpenStdin,
            request.Flag("stdout"),
            request.Flag("stderr")
        );
        bool live = request.Flag("stream");
        // Asked for before the header is sent: a start that follows the header finds it.
        using PendingAttachment? pending = live ? engine.Containers.Attach(container.Id, streams) : null;
        HijackedConnection client = await HijackedConnection.StartAsync(request, terminal);
        if (request.Flag("logs"))
        {
            var query = new LogQuery { Stdout = streams.Stdout, Stderr = streams.Stderr };
            await new LogWriter(client.Output, framed: !terminal, timestamps: false).WriteAllAsync(
                engine.Containers.ReadLogs(container.Id, query),
                CancellationToken.None
            );
        }

        if (pending is not null && await ConnectAsync(client, pending) is { } socket)
        {
            await new Splice(client, socket, terminal && streams.Stdin ? keys : null).RunAsync();
        }
    }

    /// <summary>Waits for the monitor; gives up when the client closes the connection meanwhile.</summary>
    private static async Task<Socket?> ConnectAsync(HijackedConnection client, PendingAttachment pending)
    {
        await using CancellationTokenRegistration registration = client.Closed.Register(() =>
        {
            if (client.IsGone)
            {
                pending.Dispose();
            }
        });
        return await pending.Connection;
    }

    private static long? Tail(string? text) =>
        text is null or "all" ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long lines) ? (lines < 0 ? null : lines)
        // Docker shows everything when it cannot read the number.
        : null;

    private static LogTime? Moment(string? text) => DockerTime.Parse(text) is { } nanoseconds ? new LogTime(nanoseconds) : null;
}

using System.Text.Json;
using System.Threading.Channels;
using Conex.Api.Routing;
using Conex.DockerApi.Contracts;

namespace Conex.Api.Streaming;

/// <summary>Writes progress messages as JSON lines while an operation runs. A client that reads slowly misses progress, never results.</summary>
internal sealed class ProgressWriter(ApiRequest request)
{
    private const int Unread = 64;
    private readonly Channel<JsonMessage> progress = Channel.CreateUnbounded<JsonMessage>();

    /// <summary>Tells how far the operation is. Called from any thread. How many bytes passed is left out when the client is behind; what was
    /// done is not.</summary>
    internal void Report(JsonMessage message)
    {
        if (message.ProgressDetail is not { Current: > 0 } || progress.Reader.Count < Unread)
        {
            progress.Writer.TryWrite(message);
        }
    }

    /// <summary>Runs an operation and writes what it reports and what it returns. Before the first message an error is the caller's, with its
    /// status; after it, an error is the last message, as Docker's clients expect.</summary>
    internal async Task RunAsync(Func<Task<IReadOnlyList<JsonMessage>>> operation)
    {
        Task<IReadOnlyList<JsonMessage>> running = CompleteAsync(operation);
        await foreach (JsonMessage message in progress.Reader.ReadAllAsync())
        {
            await WriteAsync(message);
        }

        try
        {
            foreach (JsonMessage message in await running)
            {
                await WriteAsync(message);
            }
        }
        catch (Exception error) when (request.Http.Response.HasStarted)
        {
            await WriteAsync(
                new JsonMessage
                {
                    Error = error.Message,
                    ErrorDetail = new ErrorDetail { Message = error.Message },
                }
            );
        }
    }

    private async Task<IReadOnlyList<JsonMessage>> CompleteAsync(Func<Task<IReadOnlyList<JsonMessage>>> operation)
    {
        try
        {
            return await operation();
        }
        finally
        {
            progress.Writer.Complete();
        }
    }

    private async ValueTask WriteAsync(JsonMessage message)
    {
        if (!request.Http.Response.HasStarted)
        {
            await request.StartStreamAsync("application/json");
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(message, DockerJson.Default.JsonMessage);
        await request.Http.Response.BodyWriter.WriteAsync((byte[])[.. json, .. "\r\n"u8], request.Aborted);
    }
}

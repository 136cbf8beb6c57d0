using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conex.Api.Routing;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Streaming;

/// <summary>Answers with a JSON array whose elements become known one after the other, and of which a part at a time is in memory. As long as nothing
/// was sent, an error is the caller's, with its status.</summary>
internal sealed class JsonRows<T>(ApiRequest request, JsonTypeInfo<T> type)
{
    private const int Piece = 64 << 10;
    private readonly ArrayBufferWriter<byte> unsent = new(2 * Piece);
    private bool isFirst = true;

    /// <summary>Answers with what is produced, on a thread of its own, since that waits for a client that reads slowly.</summary>
    /// <param name="produce">Gives one element after the other to what it gets.</param>
    internal async Task WriteAsync(Action<Action<T>> produce)
    {
        await Task.Factory.StartNew(() => produce(Add), request.Aborted, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // A line feed at the end, as Docker does.
        unsent.Write(isFirst ? "[]\n"u8 : "]\n"u8);
        await SendAsync(isLast: true);
    }

    private void Add(T row)
    {
        unsent.Write(isFirst ? "["u8 : ","u8);
        isFirst = false;
        using (var json = new Utf8JsonWriter(unsent))
        {
            JsonSerializer.Serialize(json, row, type);
        }
        if (unsent.WrittenCount >= Piece)
        {
            SendAsync(isLast: false).AsTask().GetAwaiter().GetResult();
        }
    }

    private async ValueTask SendAsync(bool isLast)
    {
        HttpResponse response = request.Http.Response;
        if (!response.HasStarted)
        {
            response.ContentType = "application/json";
            response.ContentLength = isLast ? unsent.WrittenCount : null;
        }
        await response.BodyWriter.WriteAsync(unsent.WrittenMemory, request.Aborted);
        unsent.ResetWrittenCount();
    }
}

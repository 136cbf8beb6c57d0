using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conex.Api.Hosting;
using Conex.Api.Streaming;
using Conex.Engine.Errors;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Routing;

/// <summary>A request and its answer, with the conventions of the Docker Engine API.</summary>
internal sealed class ApiRequest(HttpContext http, RouteValues values, ApiVersion version, ServerLife life, RequestCounter.Ticket ticket)
{
    private const int LargestJson = 4 << 20;

    internal HttpContext Http => http;

    internal ApiVersion Version => version;

    internal ServerLife Life => life;

    /// <summary>This request's place in the count of what the server is busy with.</summary>
    internal RequestCounter.Ticket Ticket => ticket;

    /// <summary>Cancelled when the connection breaks.</summary>
    internal CancellationToken Aborted => http.RequestAborted;

    /// <summary>Cancelled when the client is gone or the daemon leaves: for answers that wait for what may never happen.</summary>
    internal CancellationTokenSource LinkEnd() =>
        CancellationTokenSource.CreateLinkedTokenSource(
            life.Leaving,
            Aborted,
            http.Features.Get<HijackableTransport>()?.Closed ?? CancellationToken.None
        );

    /// <summary>Takes the connection from the HTTP layer.</summary>
    internal HijackableTransport Hijack()
    {
        HijackableTransport transport =
            http.Features.Get<HijackableTransport>() ?? throw new InvalidOperationException("This connection cannot be hijacked.");
        transport.Take();
        ticket.LeaveEngineAlone();
        return transport;
    }

    /// <summary>The variable part of the path.</summary>
    internal string Value(string name) => values[name];

    /// <summary>A query parameter, or null when it is absent or empty.</summary>
    internal string? Query(string name) => http.Request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>All values of a query parameter.</summary>
    internal IReadOnlyList<string> QueryAll(string name) => [.. http.Request.Query[name].OfType<string>().Where(value => value.Length > 0)];

    /// <summary>A truth as Docker reads it: absent, empty, <c>0</c>, <c>no</c>, <c>false</c> and <c>none</c> are false, all else is true.</summary>
    internal bool Flag(string name, bool whenAbsent = false) =>
        Query(name)?.Trim().ToLowerInvariant() switch
        {
            null => whenAbsent && !http.Request.Query.ContainsKey(name),
            "0" or "no" or "false" or "none" => false,
            _ => true,
        };

    /// <summary>A whole number, or null.</summary>
    /// <exception cref="InvalidRequestException">It is no number.</exception>
    internal int? Integer(string name) =>
        Query(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw new InvalidRequestException($"invalid value for {name}: \"{text}\" is no whole number");

    /// <summary>Reads the body as JSON.</summary>
    /// <param name="type">What it is to be.</param>
    /// <param name="whenEmpty">What stands for an absent body; null makes that an error.</param>
    /// <exception cref="InvalidRequestException">It is no such JSON, or larger than 4 MiB.</exception>
    internal async Task<T> ReadJsonAsync<T>(JsonTypeInfo<T> type, T? whenEmpty = null)
        where T : class
    {
        PipeReader reader = http.Request.BodyReader;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(Aborted);
            if (result.Buffer.Length > LargestJson)
            {
                throw new InvalidRequestException($"the request's body is larger than {LargestJson} bytes");
            }

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            try
            {
                return result.Buffer.IsEmpty
                    ? whenEmpty ?? throw new InvalidRequestException("invalid JSON: got EOF while reading request body")
                    : Parse(result.Buffer, type);
            }
            finally
            {
                reader.AdvanceTo(result.Buffer.End);
            }
        }
    }

    /// <summary>Answers with JSON and a line feed, as Docker does.</summary>
    internal async Task WriteJsonAsync<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length + 1;
        http.Response.BodyWriter.Write(body);
        http.Response.BodyWriter.Write("\n"u8);
        await http.Response.BodyWriter.FlushAsync(Aborted);
    }

    /// <summary>Answers with a status and no body.</summary>
    internal Task WriteStatusAsync(int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>Sends the headers of a streamed answer at once, before there is anything to say.</summary>
    internal Task StartStreamAsync(string contentType)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = contentType;
        return http.Response.BodyWriter.FlushAsync(Aborted).AsTask();
    }

    private static T Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return JsonSerializer.Deserialize(ref reader, type)
                ?? throw new InvalidRequestException("invalid JSON: the request's body is null");
        }
        catch (JsonException wrong)
        {
            throw new InvalidRequestException($"invalid JSON: {wrong.Message}");
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conex.DockerApi.Contracts;
using Conex.Linux.Files;

namespace Conex.DockerApi.Client;

/// <summary>An answer whose body is read as it comes. Dispose it: the connection is used again when the body was read to its end, else closed.</summary>
public sealed class EngineResponse : IDisposable
{
    private const int LargestMessage = 64 << 20;
    private readonly EngineClient client;
    private readonly EngineConnection connection;
    private readonly ResponseHead head;
    private readonly bool chunked;
    private bool untilClose;
    private long remaining;
    private bool firstChunk = true;
    private bool ended;

    internal EngineResponse(EngineClient client, EngineConnection connection, ResponseHead head, bool hasBody)
    {
        this.client = client;
        this.connection = connection;
        this.head = head;
        chunked = head.IsChunked;
        if (!hasBody || head.Status is 204 or 304)
        {
            ended = true;
        }
        else if (!chunked)
        {
            string? length = head.Header("Content-Length");
            untilClose = length is null;
            if (!untilClose && (!long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out remaining) || remaining < 0))
            {
                throw new EngineUnreachableException(connection.Endpoint, "the answer's Content-Length is no number");
            }

            ended = !untilClose && remaining == 0;
        }
    }

    /// <summary>The HTTP status.</summary>
    public int Status => head.Status;

    /// <summary>The socket, to wait for with others; check <see cref="HasBuffered"/> first.</summary>
    public FileHandle Handle => connection.Socket;

    /// <summary>Whether bytes have been received already, which polling the socket does not see.</summary>
    public bool HasBuffered => ended || !connection.Buffered.IsEmpty;

    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => head.Header(name);

    /// <summary>Reads what is there of the body, or waits for it.</summary>
    /// <returns>0 at the body's end.</returns>
    /// <exception cref="EngineUnreachableException">The connection broke before the body's end.</exception>
    public int Read(Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return 0;
        }

        if (!ended && chunked && remaining == 0)
        {
            NextChunk();
        }

        if (ended)
        {
            return 0;
        }

        int n = connection.Read(untilClose ? destination : destination[..(int)Math.Min(remaining, destination.Length)]);
        if (n > 0)
        {
            remaining -= untilClose ? 0 : n;
            ended = !untilClose && !chunked && remaining == 0;
            return n;
        }

        if (!untilClose)
        {
            throw new EngineUnreachableException(connection.Endpoint, "it was closed before the answer was complete");
        }

        ended = true;
        return 0;
    }

    /// <summary>Reads the rest of the body.</summary>
    /// <exception cref="EngineUnreachableException">The connection broke, or the body is unreasonably large.</exception>
    public byte[] ReadToEnd()
    {
        byte[] bytes = new byte[!chunked && !untilClose ? (int)Math.Min(remaining + 1, LargestMessage) : 4096];
        int length = 0;
        int n;
        while ((n = Read(bytes.AsSpan(length))) > 0)
        {
            length += n;
            if (length == bytes.Length)
            {
                if (length >= LargestMessage)
                {
                    throw new EngineUnreachableException(connection.Endpoint, $"the answer is larger than {LargestMessage} bytes");
                }

                Array.Resize(ref bytes, length * 2);
            }
        }

        return bytes.AsSpan(0, length).ToArray();
    }

    /// <summary>Reads the rest of the body as one JSON value.</summary>
    /// <exception cref="EngineUnreachableException">It is none.</exception>
    public T ReadJson<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(ReadToEnd(), type)
                ?? throw new EngineUnreachableException(connection.Endpoint, "the answer is null");
        }
        catch (JsonException wrong)
        {
            throw new EngineUnreachableException(connection.Endpoint, $"the answer is not what the API promises: {wrong.Message}");
        }
    }

    /// <summary>Reads the body as progress messages, one a line, as pull, load and import send them.</summary>
    public IEnumerable<JsonMessage> Messages()
    {
        var lines = new JsonLineReader(this);
        while (lines.TryRead(DockerJson.Default.JsonMessage, out JsonMessage? message))
        {
            yield return message;
        }
    }

    /// <summary>Reads the body as events.</summary>
    public IEnumerable<EventMessage> Events()
    {
        var lines = new JsonLineReader(this);
        while (lines.TryRead(DockerJson.Default.EventMessage, out EventMessage? message))
        {
            yield return message;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ended && !untilClose && !head.Closes)
        {
            client.Return(connection);
        }
        else
        {
            connection.Dispose();
        }
    }

    /// <summary>The error that the body tells, for a status of 400 and above.</summary>
    internal EngineException ToException()
    {
        byte[] body = ReadToEnd();
        string message;
        try
        {
            message = JsonSerializer.Deserialize(body, DockerJson.Default.ErrorResponse)?.Message ?? "";
        }
        catch (JsonException)
        {
            message = System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 1024))).Trim();
        }

        return new EngineException(Status, message.Length > 0 ? message : $"the engine answered with status {Status} and no reason");
    }

    private void NextChunk()
    {
        if (!firstChunk && connection.ReadLine().Length > 0)
        {
            throw new EngineUnreachableException(connection.Endpoint, "a chunk of the answer is longer than its size says");
        }

        firstChunk = false;
        string line = connection.ReadLine();
        int semicolon = line.IndexOf(';', StringComparison.Ordinal);
        ReadOnlySpan<char> size = (semicolon < 0 ? line : line.AsSpan(0, semicolon)).Trim();
        // Fifteen digits cannot overflow; a longer size is an attack or garbage.
        if (size.Length > 15 || !long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out remaining))
        {
            throw new EngineUnreachableException(connection.Endpoint, "a chunk of the answer has no valid size");
        }

        if (remaining > 0)
        {
            return;
        }

        int trailers = 0;
        while (connection.ReadLine().Length > 0)
        {
            if (++trailers > 100)
            {
                throw new EngineUnreachableException(connection.Endpoint, "the answer's trailer does not end");
            }
        }

        ended = true;
    }
}

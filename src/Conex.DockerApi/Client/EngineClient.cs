using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.DockerApi.Client;

/// <summary>A typed, blocking client of the Docker Engine API over a unix socket. Every call opens a connection or takes the idle one that the
/// call before left. All calls throw <see cref="EngineException"/> when the engine refuses and <see cref="EngineUnreachableException"/> when the
/// connection fails.</summary>
public sealed class EngineClient(EngineEndpoint endpoint) : IDisposable
{
    private const int ChunkSize = 64 * 1024;
    private EngineConnection? idle;

    /// <summary>Where the engine listens.</summary>
    public EngineEndpoint Endpoint => endpoint;

    /// <summary>Calls about the engine itself.</summary>
    public SystemCalls System => new(this);

    /// <summary>Calls about containers.</summary>
    public ContainerCalls Containers => new(this);

    /// <summary>Calls about further processes in a container.</summary>
    public ExecCalls Execs => new(this);

    /// <summary>Calls about images.</summary>
    public ImageCalls Images => new(this);

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref idle, null)?.Dispose();

    /// <summary>Sends a request without a body.</summary>
    /// <param name="headers">Further header lines, each with its end.</param>
    internal EngineResponse Send(string method, RequestTarget target, string headers = "")
    {
        EngineConnection connection = Send(Head(method, target, method is "POST" or "PUT" ? $"{headers}Content-Length: 0\r\n" : headers));
        return Receive(connection, hasBody: method != "HEAD");
    }

    /// <summary>Sends a request with a JSON body; header and body leave in one write.</summary>
    internal EngineResponse SendJson<T>(string method, RequestTarget target, T body, JsonTypeInfo<T> type)
    {
        EngineConnection connection = Send(WithJson(method, target, body, type, ""));
        return Receive(connection, hasBody: true);
    }

    /// <summary>Sends a request whose body is everything that <paramref name="input"/> holds: a file as it is, without a copy in this process, what
    /// has no size in chunks.</summary>
    /// <exception cref="KernelException">The input cannot be read.</exception>
    internal EngineResponse SendStream(string method, RequestTarget target, FileHandle input, string contentType) =>
        FileIo.Remaining(input) is > 0 and var size
            ? SendBody(
                method,
                target,
                connection => connection.TrySend(input, size),
                $"Content-Length: {size}\r\nContent-Type: {contentType}\r\n"
            )
            : SendChunks(method, target, input, contentType);

    private EngineResponse SendChunks(string method, RequestTarget target, FileHandle input, string contentType) =>
        SendStream(
            method,
            target,
            body =>
            {
                byte[] buffer = new byte[ChunkSize];
                int n;
                while ((n = FileIo.Read(input, buffer)) > 0)
                {
                    body.Write(buffer, 0, n);
                    // What comes slowly is not kept waiting for more.
                    body.Flush();
                }
            },
            contentType
        );

    /// <summary>Sends a request whose body is written by <paramref name="write"/>, in chunks.</summary>
    /// <param name="headers">Further header lines, each with its end.</param>
    internal EngineResponse SendStream(
        string method,
        RequestTarget target,
        Action<Stream> write,
        string contentType,
        string headers = ""
    ) =>
        SendBody(
            method,
            target,
            connection =>
            {
                var body = new ChunkedBody(connection);
                write(body);
                body.End();
            },
            $"Transfer-Encoding: chunked\r\nContent-Type: {contentType}\r\n{headers}"
        );

    private EngineResponse SendBody(string method, RequestTarget target, Action<EngineConnection> send, string headers)
    {
        EngineConnection connection = EngineConnection.Open(endpoint);
        try
        {
            connection.Send(Head(method, target, headers));
            send(connection);
        }
        catch (EngineStoppedReadingException)
        {
            // The engine answered early: its answer says why.
        }
        catch
        {
            // Without its end the body is not taken for a whole one.
            connection.Dispose();
            throw;
        }

        return Receive(connection, hasBody: true);
    }

    /// <summary>Sends a request without interest in the answer's body.</summary>
    internal void Call(string method, RequestTarget target)
    {
        using EngineResponse response = Send(method, target);
        _ = response.ReadToEnd();
    }

    internal T Get<T>(RequestTarget target, JsonTypeInfo<T> type)
    {
        using EngineResponse response = Send("GET", target);
        return response.ReadJson(type);
    }

    internal byte[] GetBytes(RequestTarget target)
    {
        using EngineResponse response = Send("GET", target);
        return response.ReadToEnd();
    }

    /// <summary>Asks for an upgrade to a raw connection.</summary>
    internal HijackedConnection Hijack(RequestTarget target)
    {
        EngineConnection connection = Send(Head("POST", target, "Content-Length: 0\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"));
        return ReceiveHijacked(connection);
    }

    /// <inheritdoc cref="Hijack(RequestTarget)"/>
    internal HijackedConnection Hijack<T>(RequestTarget target, T body, JsonTypeInfo<T> type)
    {
        EngineConnection connection = Send(WithJson("POST", target, body, type, "Connection: Upgrade\r\nUpgrade: tcp\r\n"));
        return ReceiveHijacked(connection);
    }

    /// <summary>Takes a connection back whose answer was read to the end.</summary>
    internal void Return(EngineConnection connection) => Interlocked.Exchange(ref idle, connection)?.Dispose();

    /// <summary>Sends a request over the idle connection. The engine may be closing it at this moment; then a new one carries the request.</summary>
    private EngineConnection Send(ReadOnlySpan<byte> request)
    {
        if (Interlocked.Exchange(ref idle, null) is { } kept)
        {
            if (!kept.IsStale && kept.TrySend(request) && kept.WaitForAnswer())
            {
                return kept;
            }

            kept.Dispose();
        }

        EngineConnection connection = EngineConnection.Open(endpoint);
        connection.Send(request);
        return connection;
    }

    private EngineResponse Receive(EngineConnection connection, bool hasBody)
    {
        EngineResponse? response = null;
        try
        {
            response = new EngineResponse(this, connection, ResponseHead.Read(connection), hasBody);
            return response.Status < 400 ? response : throw response.ToException();
        }
        catch
        {
            if (response is null)
            {
                connection.Dispose();
            }
            else
            {
                response.Dispose();
            }

            throw;
        }
    }

    private HijackedConnection ReceiveHijacked(EngineConnection connection)
    {
        ResponseHead head;
        try
        {
            head = ResponseHead.Read(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        // 200 is the answer of engines that do not know the upgrade; the raw bytes follow all the same.
        if (head.Status is 101 or 200)
        {
            return new HijackedConnection(connection, head.Header("Content-Type") == "application/vnd.docker.multiplexed-stream");
        }

        using var response = new EngineResponse(this, connection, head, hasBody: true);
        throw response.ToException();
    }

    private static byte[] Head(string method, RequestTarget target, string headers) =>
        Encoding.ASCII.GetBytes(HeadText(method, target, headers));

    private static byte[] WithJson<T>(string method, RequestTarget target, T body, JsonTypeInfo<T> type, string headers)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body, type);
        string head = HeadText(method, target, $"{headers}Content-Type: application/json\r\nContent-Length: {json.Length}\r\n");
        byte[] bytes = new byte[head.Length + json.Length];
        int length = Encoding.ASCII.GetBytes(head, bytes);
        json.CopyTo(bytes, length);
        return bytes;
    }

    private static string HeadText(string method, RequestTarget target, string headers) =>
        $"{method} {target} HTTP/1.1\r\nHost: conex\r\nUser-Agent: conex\r\n{headers}\r\n";
}

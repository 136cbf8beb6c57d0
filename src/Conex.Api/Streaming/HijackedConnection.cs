using System.IO.Pipelines;
using System.Text;
using Conex.Api.Routing;
using Conex.DockerApi.Streams;

namespace Conex.Api.Streaming;

/// <summary>A connection that carries raw bytes after its header.</summary>
internal sealed class HijackedConnection
{
    private readonly HijackableTransport transport;
    private readonly bool framed;

    internal HijackedConnection(HijackableTransport transport, bool framed)
    {
        this.transport = transport;
        this.framed = framed;
        Input = transport.Connection.Input;
        Output = transport.Connection.Output;
    }

    internal PipeReader Input { get; }

    internal PipeWriter Output { get; }

    /// <summary>Whether the client has closed the connection, not only its own side.</summary>
    internal bool IsGone => transport.IsGone;

    /// <summary>Cancelled when the client has ended its side, or is gone.</summary>
    internal CancellationToken Closed => transport.Closed;

    /// <summary>Takes the connection and sends the header: 101 for a client that asked for the upgrade, else 200 as of old.</summary>
    internal static async Task<HijackedConnection> StartAsync(ApiRequest request, bool terminal)
    {
        string head =
            request.Http.Request.Headers.Upgrade.Count > 0
                ? $"HTTP/1.1 101 UPGRADED\r\nContent-Type: {StreamFormat.ContentType(request.Version, terminal)}\r\n"
                    + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
                : $"HTTP/1.1 200 OK\r\nContent-Type: {StreamFormat.Raw}\r\n\r\n";
        HijackableTransport transport = request.Hijack();
        await transport.Connection.Output.WriteAsync(Encoding.ASCII.GetBytes(head));
        return new HijackedConnection(transport, framed: !terminal);
    }

    /// <summary>Writes a sentence of the engine's own as if the process had.</summary>
    internal async Task WriteLineAsync(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\r\n");
        if (framed)
        {
            new StdCopyFrame(StdCopyStream.Stdout, (uint)bytes.Length).Write(Output.GetSpan(StdCopyFrame.HeaderSize));
            Output.Advance(StdCopyFrame.HeaderSize);
        }

        await Output.WriteAsync(bytes);
    }
}

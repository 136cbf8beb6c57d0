using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Conex.Images.Tests.Registries;

/// <summary>An HTTP proxy that leads every host to one registry: tunnels by CONNECT, and plain requests by their whole URL.</summary>
internal sealed class FakeProxy : IDisposable
{
    private readonly LoopbackListener listener;
    private readonly int registry;
    private readonly string? user;

    /// <param name="registry">The registry's port.</param>
    /// <param name="user">NAME:PASSWORD that it wants; null: lets everybody through.</param>
    internal FakeProxy(int registry, string? user = null)
    {
        this.registry = registry;
        this.user = user;
        listener = new LoopbackListener(ServeAsync);
    }

    internal string Host => listener.Host;

    /// <summary>First lines of requests that were let through.</summary>
    internal ConcurrentQueue<string> Requests { get; } = new();

    public void Dispose() => listener.Dispose();

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                while (await ReadHeadAsync(stream) is { } head)
                {
                    if (
                        user is not null
                        && !head.Contains($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(user))}", StringComparison.Ordinal)
                    )
                    {
                        await stream.WriteAsync(
                            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray()
                        );
                        continue;
                    }
                    await PassAsync(stream, head);
                    return;
                }
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // One side has closed.
            }
        }
    }

    private async Task PassAsync(NetworkStream stream, string head)
    {
        string line = head[..head.IndexOf('\r', StringComparison.Ordinal)];
        Requests.Enqueue(line);
        using var onward = new TcpClient();
        await onward.ConnectAsync(IPAddress.Loopback, registry);
        NetworkStream target = onward.GetStream();
        if (line.StartsWith("CONNECT ", StringComparison.Ordinal))
        {
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
        }
        else
        {
            string[] parts = line.Split(' ');
            string origin = new Uri(parts[1]).PathAndQuery;
            await target.WriteAsync(Encoding.ASCII.GetBytes($"{parts[0]} {origin} {parts[2]}{head[line.Length..]}"));
        }
        await Task.WhenAny(stream.CopyToAsync(target), target.CopyToAsync(stream));
    }

    private static async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }
            head.Append((char)one[0]);
        }
        return head.ToString();
    }
}

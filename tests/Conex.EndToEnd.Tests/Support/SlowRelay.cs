using System.Net;
using System.Net.Sockets;
using Conex.Images.Tests.Registries;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>A loopback port in front of a server whose answers come no faster than they are let.</summary>
internal sealed class SlowRelay : IDisposable
{
    private const int PiecesInASecond = 20;
    private readonly LoopbackListener listener;
    private readonly int server;
    private long answered;

    /// <param name="server">Its port.</param>
    /// <param name="speed">Bytes in a second on each connection.</param>
    internal SlowRelay(int server, int speed)
    {
        this.server = server;
        Speed = speed;
        listener = new LoopbackListener(ServeAsync);
    }

    /// <summary>Host and port.</summary>
    internal string Host => listener.Host;

    /// <summary>Bytes in a second on each connection; null: as fast as they come.</summary>
    internal int? Speed { get; set; }

    /// <summary>Bytes that the server has answered with.</summary>
    internal long Answered => Interlocked.Read(ref answered);

    public void Dispose() => listener.Dispose();

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var upstream = new TcpClient())
        {
            try
            {
                await upstream.ConnectAsync(IPAddress.Loopback, server, listener.End);
                _ = client.GetStream().CopyToAsync(upstream.GetStream(), listener.End);
                await AnswerAsync(upstream.GetStream(), client.GetStream());
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // One side has gone: both connections are closed.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[64 << 10];
        while (true)
        {
            int most = Math.Min(Speed / PiecesInASecond ?? buffer.Length, buffer.Length);
            int n = await from.ReadAsync(buffer.AsMemory(0, most), listener.End);
            if (n == 0)
            {
                return;
            }
            await to.WriteAsync(buffer.AsMemory(0, n), listener.End);
            Interlocked.Add(ref answered, n);
            if (Speed is { } speed)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)n / speed), listener.End);
            }
        }
    }
}

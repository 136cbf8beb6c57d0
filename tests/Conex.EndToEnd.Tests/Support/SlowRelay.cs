using System.Net;
using System.Net.Sockets;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>A loopback port in front of a server whose answers come no faster than they are let.</summary>
internal sealed class SlowRelay : IDisposable
{
    private const int PiecesInASecond = 20;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly string server;
    private long answered;

    /// <param name="server">Host and port.</param>
    /// <param name="speed">Bytes in a second on each connection.</param>
    internal SlowRelay(string server, int speed)
    {
        this.server = server;
        Speed = speed;
        listener.Start();
        Host = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        _ = AcceptAsync();
    }

    /// <summary>Host and port.</summary>
    internal string Host { get; }

    /// <summary>Bytes in a second on each connection; null: as fast as they come.</summary>
    internal int? Speed { get; set; }

    /// <summary>Bytes that the server has answered with.</summary>
    internal long Answered => Interlocked.Read(ref answered);

    public void Dispose()
    {
        end.Cancel();
        listener.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var upstream = new TcpClient())
        {
            try
            {
                await upstream.ConnectAsync(IPEndPoint.Parse(server), end.Token);
                Task questions = client.GetStream().CopyToAsync(upstream.GetStream(), end.Token);
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
            int n = await from.ReadAsync(buffer.AsMemory(0, most), end.Token);
            if (n == 0)
            {
                return;
            }
            await to.WriteAsync(buffer.AsMemory(0, n), end.Token);
            Interlocked.Add(ref answered, n);
            if (Speed is { } speed)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)n / speed), end.Token);
            }
        }
    }
}

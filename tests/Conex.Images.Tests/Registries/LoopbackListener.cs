using System.Net;
using System.Net.Sockets;

namespace Conex.Images.Tests.Registries;

/// <summary>Takes connections on a free port of the loopback device until the test is over, each on a task of its own.</summary>
internal sealed class LoopbackListener : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Func<TcpClient, Task> serve;

    internal LoopbackListener(Func<TcpClient, Task> serve)
    {
        this.serve = serve;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        End = end.Token;
        _ = AcceptAsync();
    }

    internal int Port { get; }

    internal string Host => $"127.0.0.1:{Port}";

    /// <summary>Cancelled when the test is over.</summary>
    internal CancellationToken End { get; }

    /// <summary>Once more does no harm.</summary>
    public void Dispose()
    {
        if (!End.IsCancellationRequested)
        {
            end.Cancel();
            listener.Dispose();
            end.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(End);
                _ = Task.Run(() => serve(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

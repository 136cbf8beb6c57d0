using System.Net.Sockets;
using System.Text;
using Conex.Api.Endpoints;
using Conex.Api.Hosting;
using Conex.Api.Routing;
using Conex.DockerApi.Client;
using Conex.Linux.Sockets;

namespace Conex.Api.Tests.Hosting;

/// <summary>A server on a socket of its own, without an engine: for what does not need one.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly string directory;
    private readonly ApiServer server;

    private TestServer(string directory, ApiServer server, List<string> log)
    {
        this.directory = directory;
        this.server = server;
        Log = log;
    }

    internal EngineEndpoint Endpoint => new(Path.Combine(directory, "conex.sock"));

    internal ApiServer Server => server;

    /// <summary>What the server told its log.</summary>
    internal List<string> Log { get; }

    internal static async Task<TestServer> StartAsync(Action<RouteTable>? addRoutes = null, Action? onHandover = null)
    {
        string directory = Directory.CreateTempSubdirectory("conex-api-").FullName;
        List<string> log = [];
        var options = new ApiOptions
        {
            Engine = null!,
            Listener = UnixSocket.Listen(Path.Combine(directory, "conex.sock")),
            SocketPath = Path.Combine(directory, "conex.sock"),
            Version = "0.1.0",
            Build = "exe-test",
            OnHandover = onHandover ?? (() => { }),
            Log = log.Add,
        };
        RouteTable routes = EndpointTable.Build(options);
        addRoutes?.Invoke(routes);
        return new TestServer(directory, await ApiServer.StartAsync(options, routes, TestContext.Current.CancellationToken), log);
    }

    internal Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Endpoint.SocketPath));
        return socket;
    }

    /// <summary>Sends a request as it is and reads the answer to the connection's end.</summary>
    internal async Task<string> SendAsync(string request)
    {
        using Socket socket = Connect();
        await socket.SendAsync(Encoding.UTF8.GetBytes(request.ReplaceLineEndings("\r\n")));
        return await ReadToEndAsync(socket);
    }

    internal static async Task<string> ReadToEndAsync(Socket socket)
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[4096];
        int n;
        while ((n = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0)
        {
            all.Write(buffer, 0, n);
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    /// <summary>Reads an answer's head.</summary>
    internal static async Task<string> ReadHeadAsync(Socket socket)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await socket.ReceiveAsync(one, TestContext.Current.CancellationToken));
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        using var cut = new CancellationTokenSource();
        await cut.CancelAsync();
        await server.StopAsync(handover: false, cut.Token);
        await server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}

using System.Net.Sockets;
using System.Text;
using Conex.Api.Routing;
using Conex.Api.Streaming;
using Conex.Api.Tests.Hosting;
using Conex.DockerApi.Contracts;

namespace Conex.Api.Tests.Streaming;

/// <summary>The whole way of an attach or exec through the real HTTP server, with a socket in place of the monitor's.</summary>
public sealed class HijackTests
{
    private const string Upgrade = "POST /hijack HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n";

    [Fact]
    public async Task The_end_of_the_input_is_passed_on_and_the_output_goes_on()
    {
        await using Scene scene = await Scene.StartAsync(terminal: false);
        using Socket client = await scene.HijackAsync(Upgrade + "Content-Length: 0\r\n\r\n");
        using Socket container = await scene.ContainerAsync();

        await client.SendAsync("input"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("input", await TestServer.ReadToEndAsync(container));
        await container.SendAsync("output after the end of the input"u8.ToArray());
        container.Shutdown(SocketShutdown.Both);

        Assert.Equal("output after the end of the input", await TestServer.ReadToEndAsync(client));
    }

    [Fact]
    public async Task The_upgrade_may_come_with_a_body_and_on_a_connection_that_served_before()
    {
        await using Scene scene = await Scene.StartAsync(terminal: false);
        using Socket client = scene.Server.Connect();
        await client.SendAsync("GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        await TestServer.ReadHeadAsync(client);
        await client.ReceiveAsync(new byte[2], TestContext.Current.CancellationToken);
        // The body and the first input come in one piece.
        await client.SendAsync(Encoding.ASCII.GetBytes(Upgrade + "Content-Length: 2\r\n\r\n{}early"));
        string head = await TestServer.ReadHeadAsync(client);
        using Socket container = await scene.ContainerAsync();
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal(
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
            head
        );
        Assert.Equal("early", await TestServer.ReadToEndAsync(container));
        container.Close();
        Assert.Equal("", await TestServer.ReadToEndAsync(client));
    }

    [Fact]
    public async Task A_client_of_old_gets_200_and_raw_bytes()
    {
        await using Scene scene = await Scene.StartAsync(terminal: true);
        using Socket client = scene.Server.Connect();
        await client.SendAsync(
            "POST /v1.24/hijack HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"u8.ToArray()
        );

        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n", await TestServer.ReadHeadAsync(client));

        using Socket container = await scene.ContainerAsync();
        await client.SendAsync("x"u8.ToArray());
        byte[] one = new byte[1];
        Assert.Equal(1, await container.ReceiveAsync(one, TestContext.Current.CancellationToken));
        await container.SendAsync("raw"u8.ToArray());
        container.Close();
        Assert.Equal("raw", await TestServer.ReadToEndAsync(client));
    }

    [Fact]
    public async Task The_detach_keys_end_the_session_and_not_the_container()
    {
        await using Scene scene = await Scene.StartAsync(terminal: true);
        using Socket client = await scene.HijackAsync(Upgrade + "\r\n");
        using Socket container = await scene.ContainerAsync();

        await client.SendAsync("ab\x10\x11zz"u8.ToArray());

        Assert.Equal("ab", await TestServer.ReadToEndAsync(container));
        Assert.Equal("", await TestServer.ReadToEndAsync(client));
    }

    [Fact]
    public async Task A_client_that_closes_the_connection_ends_the_session()
    {
        await using Scene scene = await Scene.StartAsync(terminal: true);
        Socket client = await scene.HijackAsync(Upgrade + "\r\n");
        using Socket container = await scene.ContainerAsync();

        client.Close();

        Assert.Equal("", await TestServer.ReadToEndAsync(container));
        await scene.Ended.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_container_that_takes_no_input_still_speaks()
    {
        await using Scene scene = await Scene.StartAsync(terminal: false);
        using Socket client = await scene.HijackAsync(Upgrade + "\r\n");
        using Socket container = await scene.ContainerAsync();
        container.Shutdown(SocketShutdown.Receive);

        await client.SendAsync(new byte[100_000]);
        await container.SendAsync("still here"u8.ToArray());

        // Not to the end: a connection whose input nobody read may end with a reset.
        byte[] read = new byte[10];
        await new NetworkStream(client).ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        Assert.Equal("still here"u8, read);
        container.Close();
        await scene.Ended.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Much_output_arrives_whole_although_the_container_ends_at_once()
    {
        await using Scene scene = await Scene.StartAsync(terminal: false);
        using Socket client = await scene.HijackAsync(Upgrade + "\r\n");
        using Socket container = await scene.ContainerAsync();
        string much = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"line {i}\n"));

        Task<string> reading = TestServer.ReadToEndAsync(client);
        await container.SendAsync(Encoding.ASCII.GetBytes(much));
        container.Close();

        Assert.Equal(much, await reading);
    }

    /// <summary>A server whose path /hijack splices its client with one end of a socket pair.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly TaskCompletionSource<Socket> container = new();
        private readonly TaskCompletionSource ended = new();

        private Scene(TestServer server) => Server = server;

        internal TestServer Server { get; private set; }

        internal Task Ended => ended.Task;

        internal static async Task<Scene> StartAsync(bool terminal)
        {
            var scene = new Scene(null!);
            scene.Server = await TestServer.StartAsync(routes =>
                routes.Add("POST", "/hijack", request => scene.ServeAsync(request, terminal))
            );
            return scene;
        }

        internal Task<Socket> ContainerAsync() => container.Task.WaitAsync(TestContext.Current.CancellationToken);

        internal async Task<Socket> HijackAsync(string request)
        {
            Socket client = Server.Connect();
            await client.SendAsync(Encoding.ASCII.GetBytes(request));
            Assert.StartsWith("HTTP/1.1 101 UPGRADED\r\n", await TestServer.ReadHeadAsync(client), StringComparison.Ordinal);
            return client;
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();

        private async Task ServeAsync(ApiRequest request, bool terminal)
        {
            await request.ReadJsonAsync(DockerJson.Tolerant.ExecStartRequest, new ExecStartRequest());
            HijackedConnection client = await HijackedConnection.StartAsync(request, terminal);
            string directory = Directory.CreateTempSubdirectory("conex-api-").FullName;
            try
            {
                var endpoint = new UnixDomainSocketEndPoint(Path.Combine(directory, "s"));
                using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                listener.Bind(endpoint);
                listener.Listen();
                var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await near.ConnectAsync(endpoint);
                container.SetResult(await listener.AcceptAsync());
                await new Splice(client, near, terminal ? DetachKeys.Parse(null) : null).RunAsync();
                ended.SetResult();
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }
}

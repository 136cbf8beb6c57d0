using System.Net.Sockets;
using System.Text;
using Conex.Api.Routing;
using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;
using Conex.Engine.Errors;

namespace Conex.Api.Tests.Hosting;

public sealed class ApiServerTests
{
    private const string End = " HTTP/1.1\nHost: x\nConnection: close\n\n";

    [Fact]
    public async Task Ping_says_what_the_engine_is()
    {
        await using TestServer server = await TestServer.StartAsync();

        string head = await server.SendAsync("HEAD /_ping" + End);
        string get = await server.SendAsync("GET /v1.43/_ping" + End);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        foreach (
            string header in (string[])
                [
                    "Api-Version: 1.51",
                    "Ostype: linux",
                    "Server: Conex/0.1.0 (linux)",
                    "Docker-Experimental: false",
                    "Swarm: inactive",
                    "Conex-Build: exe-test",
                    "Cache-Control: no-cache, no-store, must-revalidate",
                    "Pragma: no-cache",
                ]
        )
        {
            Assert.Contains($"\r\n{header}\r\n", head, StringComparison.Ordinal);
        }

        Assert.EndsWith("\r\n\r\nOK", get, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_typed_client_reads_the_ping()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var client = new EngineClient(server.Endpoint);

        PingInfo ping = client.System.Ping();

        Assert.Equal(new PingInfo("1.51", "linux", "exe-test", "Conex/0.1.0 (linux)"), ping);
    }

    [Theory]
    [InlineData("GET /v1.52/_ping", 400, "client version 1.52 is too new. Maximum supported API version is 1.51")]
    [InlineData(
        "GET /v1.23/_ping",
        400,
        "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version"
    )]
    [InlineData("GET /nothing", 404, "page not found")]
    [InlineData("GET /v1.51/networks/x/y", 404, "page not found")]
    [InlineData("GET /services", 503, "This node is not a swarm manager.")]
    [InlineData("POST /swarm/init", 503, "This node is not a swarm manager.")]
    [InlineData("POST /containers/x/pause", 501, "pausing containers is not available in this engine yet")]
    [InlineData("GET /containers/json?filters=%7B", 400, "invalid filter")]
    [InlineData("GET /containers/json?limit=many", 400, "invalid value for limit")]
    [InlineData("POST /containers/create", 400, "invalid JSON: got EOF while reading request body")]
    public async Task An_error_is_a_status_and_a_sentence(string request, int status, string message)
    {
        await using TestServer server = await TestServer.StartAsync();

        string answer = await server.SendAsync(request + End);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"{{\"message\":\"{message.Replace("\"", "\\u0022", StringComparison.Ordinal)}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugins_are_an_empty_list()
    {
        await using TestServer server = await TestServer.StartAsync();

        Assert.EndsWith("[]\n\r\n0\r\n\r\n", await server.SendAsync("GET /plugins" + End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_json_body_without_end_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync();
        using Socket client = server.Connect();
        const string head = "POST /containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        await client.SendAsync(Encoding.ASCII.GetBytes($"{head}{5 << 20:x}\r\n{new string(' ', (4 << 20) + 1)}"));

        Assert.StartsWith("HTTP/1.1 400 ", await TestServer.ReadHeadAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_inside_is_logged_and_told()
    {
        await using TestServer server = await TestServer.StartAsync(routes =>
            routes
                .Add("GET", "/broken", _ => throw new InvalidOperationException("the disk is on fire"))
                .Add("GET", "/absent", _ => throw new NotFoundException("No such container: x"))
        );

        Assert.Contains("{\"message\":\"the disk is on fire\"}", await server.SendAsync("GET /broken" + End), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", await server.SendAsync("GET /absent" + End), StringComparison.Ordinal);
        Assert.Contains("the disk is on fire", Assert.Single(server.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handover_is_answered_before_the_daemon_leaves()
    {
        var asked = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(onHandover: asked.SetResult);
        using var client = new EngineClient(server.Endpoint);

        client.System.HandOver();

        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_stream_without_end_ends_when_its_client_leaves()
    {
        var ended = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(routes =>
            routes.Add("GET", "/forever", request => Forever(request, ended))
        );
        using (Socket client = server.Connect())
        {
            await client.SendAsync("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await TestServer.ReadHeadAsync(client);
        }

        await ended.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_stream_without_end_ends_when_the_daemon_leaves()
    {
        var ended = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(routes =>
            routes.Add("GET", "/forever", request => Forever(request, ended))
        );
        using Socket client = server.Connect();
        await client.SendAsync("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        await TestServer.ReadHeadAsync(client);

        await server.Server.StopAsync(handover: false, TestContext.Current.CancellationToken);

        Assert.True(ended.Task.IsCompleted);
        Assert.Equal("0\r\n\r\n", await TestServer.ReadToEndAsync(client));
    }

    private static async Task Forever(ApiRequest request, TaskCompletionSource ended)
    {
        using CancellationTokenSource end = request.LinkEnd();
        await request.StartStreamAsync("application/json");
        await Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        ended.SetResult();
    }
}

using System.Text;
using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;

namespace Conex.DockerApi.Tests.Client;

public sealed class ResponseTests
{
    [Fact]
    public void A_body_of_known_length_is_read_and_the_connection_is_used_again()
    {
        const string answer = "HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n{\"Version\":\"28\",\"Os\":\"\"}";
        using var engine = new FakeEngine(scene =>
        {
            Assert.StartsWith("GET /version HTTP/1.1\r\nHost: ", scene.ReadHead(), StringComparison.Ordinal);
            scene.Send(answer);
            scene.ReadHead();
            scene.Send(answer);
        });
        using var client = new EngineClient(engine.Endpoint);

        Assert.Equal("28", client.System.Version().Version);
        Assert.Equal("28", client.System.Version().Version);
    }

    [Fact]
    public void A_connection_that_the_engine_closed_meanwhile_is_replaced()
    {
        using var engine = new FakeEngine(
            scene =>
            {
                scene.ReadHead();
                scene.Send("HTTP/1.1 204 No Content\r\n\r\n");
            },
            scene =>
            {
                scene.ReadHead();
                scene.Send("HTTP/1.1 204 No Content\r\n\r\n");
            }
        );
        using var client = new EngineClient(engine.Endpoint);

        client.Containers.Start("a");
        client.Containers.Start("b");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"Versi\r\nB;x=y\r\non\":\"chunk\"\r\n1\r\n}\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00013\r\n{\"Version\":\"chunk\"}\r\n0\r\nTrailer: 1\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\n\n{\"Version\":\"chunk\"}")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:19\r\n\r\n{\"Version\":\"chunk\"}")]
    public void A_body_is_read_however_it_is_framed(string answer)
    {
        using FakeEngine engine = FakeEngine.Answering(answer);
        using var client = new EngineClient(engine.Endpoint);

        Assert.Equal("chunk", client.System.Version().Version);
    }

    [Fact]
    public void A_body_that_comes_byte_by_byte_is_read()
    {
        using var engine = new FakeEngine(scene =>
        {
            scene.ReadHead();
            foreach (byte b in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n13\r\n{\"Version\":\"chunk\"}\r\n0\r\n\r\n"u8)
            {
                scene.Send([b]);
            }
        });
        using var client = new EngineClient(engine.Endpoint);

        Assert.Equal("chunk", client.System.Version().Version);
    }

    [Fact]
    public void An_error_carries_the_engines_message_and_status()
    {
        const string body = "{\"message\":\"No such container: x\"}\n";
        using FakeEngine engine = FakeEngine.Answering($"HTTP/1.1 404 Not Found\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var client = new EngineClient(engine.Endpoint);

        var error = Assert.Throws<EngineException>(() => client.Containers.Inspect("x"));

        Assert.Equal(404, error.Status);
        Assert.Equal("No such container: x", error.Message);
    }

    [Fact]
    public void An_error_that_is_no_json_is_told_as_it_is()
    {
        using FakeEngine engine = FakeEngine.Answering("HTTP/1.1 502 Bad Gateway\r\n\r\nthe proxy is tired\n");
        using var client = new EngineClient(engine.Endpoint);

        var error = Assert.Throws<EngineException>(() => client.Containers.Inspect("x"));

        Assert.Equal("the proxy is tired", error.Message);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Version\"", "closed before the answer was complete")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{", "closed before the answer was complete")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "closed before the answer was complete")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "no valid size")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "no valid size")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n", "longer than its size")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "Content-Length")]
    [InlineData("HTTP/1.1 20", "closed before the answer was complete")]
    [InlineData("", "closed before the answer was complete")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", "not HTTP")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull", "null")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "not what the API promises")]
    public void A_broken_answer_is_a_sentence(string answer, string reason)
    {
        using FakeEngine engine = FakeEngine.Answering(answer);
        using var client = new EngineClient(engine.Endpoint);

        var error = Assert.Throws<EngineUnreachableException>(() => client.System.Version());

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_without_end_does_not_fill_the_memory()
    {
        using FakeEngine engine = FakeEngine.Answering("HTTP/1.1 200 OK\r\nX: " + new string('x', 100_000));
        using var client = new EngineClient(engine.Endpoint);

        var error = Assert.Throws<EngineUnreachableException>(() => client.System.Version());

        Assert.Contains("header is longer than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_header_lines_than_any_engine_sends_are_refused()
    {
        using FakeEngine engine = FakeEngine.Answering("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 1000)));
        using var client = new EngineClient(engine.Endpoint);

        Assert.Throws<EngineUnreachableException>(() => client.System.Version());
    }

    [Fact]
    public void Nobody_at_the_socket_is_said_as_docker_says_it()
    {
        using var client = new EngineClient(new EngineEndpoint("/nonexistent/conex.sock"));

        var error = Assert.Throws<EngineUnreachableException>(() => client.System.Ping());

        Assert.True(error.NobodyListens);
        Assert.Equal("Cannot connect to the Conex daemon at unix:///nonexistent/conex.sock. Is it running?", error.Message);
    }

    [Fact]
    public void Ping_reads_the_headers()
    {
        using FakeEngine engine = FakeEngine.Answering(
            "HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nOstype: linux\r\nConex-Build: abc\r\nServer: Conex/1\r\nContent-Length: 2\r\n\r\n"
        );
        using var client = new EngineClient(engine.Endpoint);

        Assert.Equal(new PingInfo("1.51", "linux", "abc", "Conex/1"), client.System.Ping());
    }

    [Fact]
    public void A_wait_is_accepted_before_its_result_comes()
    {
        using var finish = new ManualResetEventSlim();
        using var engine = new FakeEngine(scene =>
        {
            Assert.StartsWith("POST /containers/x/wait?condition=next-exit ", scene.ReadHead(), StringComparison.Ordinal);
            scene.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            finish.Wait();
            scene.Send("11\r\n{\"StatusCode\":42}\r\n0\r\n\r\n");
        });
        using var client = new EngineClient(engine.Endpoint);

        using PendingWait wait = client.Containers.Wait("x", "next-exit");
        Assert.False(wait.IsReady);
        finish.Set();

        Assert.Equal(42, wait.Result().StatusCode);
    }

    [Fact]
    public void Progress_comes_line_by_line_whatever_the_chunks()
    {
        string[] chunks =
        [
            "{\"stream\":\"a",
            "\\n\"}\r\n{\"status\":\"Pulling\",",
            "\"progressDetail\":{\"current\":5},\"id\":\"layer\"}\r\n",
            "{\"errorDetail\":{\"message\":\"no\"},\"error\":\"no it is\"}",
        ];
        using FakeEngine engine = FakeEngine.Answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + string.Concat(chunks.Select(chunk => $"{chunk.Length:x}\r\n{chunk}\r\n"))
                + "0\r\n\r\n"
        );
        using var client = new EngineClient(engine.Endpoint);

        using EngineResponse pull = client.Images.Pull("busybox", "latest");
        JsonMessage[] messages = [.. pull.Messages()];

        Assert.Equal(3, messages.Length);
        Assert.Equal("a\n", messages[0].Stream);
        Assert.Equal(5, messages[1].ProgressDetail!.Current);
        Assert.Equal("no it is", messages[2].Error);
    }

    [Fact]
    public void A_log_of_any_size_streams_through()
    {
        byte[] line = Encoding.UTF8.GetBytes(new string('x', 9999) + "\n");
        using var engine = new FakeEngine(scene =>
        {
            Assert.StartsWith("GET /containers/x/logs?stdout=1&stderr=1&follow=1&tail=10 ", scene.ReadHead(), StringComparison.Ordinal);
            scene.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 200; i++)
            {
                scene.Send($"{line.Length:X}\r\n");
                scene.Send(line);
                scene.Send("\r\n");
            }

            scene.Send("0\r\n\r\n");
        });
        using var client = new EngineClient(engine.Endpoint);

        using EngineResponse logs = client.Containers.Logs("x", new LogOptions { Follow = true, Tail = "10" });

        Assert.Equal(200 * 10_000, logs.ReadToEnd().Length);
    }
}

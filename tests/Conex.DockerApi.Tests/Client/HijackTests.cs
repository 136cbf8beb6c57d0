using System.Text;
using Conex.DockerApi.Client;

namespace Conex.DockerApi.Tests.Client;

public sealed class HijackTests
{
    private const string Upgraded =
        "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

    [Fact]
    public void Input_ends_and_output_goes_on()
    {
        using var engine = new FakeEngine(scene =>
        {
            string head = scene.ReadHead();
            Assert.StartsWith(
                "POST /containers/x/attach?stream=1&stdin=1&stdout=1&stderr=1&detachKeys=ctrl-a ",
                head,
                StringComparison.Ordinal
            );
            Assert.Contains("\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n", head, StringComparison.Ordinal);
            scene.Send(Upgraded + "early ");
            string input = scene.ReadToEnd();
            scene.Send($"after <{input}>");
        });
        using var client = new EngineClient(engine.Endpoint);

        using HijackedConnection attached = client.Containers.Attach("x", new AttachOptions { Stdin = true, DetachKeys = "ctrl-a" });
        Assert.True(attached.TryWrite("input"u8));
        attached.CloseWrite();

        Assert.False(attached.IsMultiplexed);
        Assert.Equal("early after <input>", ReadAll(attached));
    }

    [Fact]
    public void Output_ends_and_input_goes_on()
    {
        string input = "";
        using var written = new ManualResetEventSlim();
        using (
            var engine = new FakeEngine(scene =>
            {
                scene.ReadHead();
                scene.Send(Upgraded + "all");
                scene.EndOutput();
                written.Wait();
                input = scene.ReadToEnd();
            })
        )
        using (var client = new EngineClient(engine.Endpoint))
        {
            using HijackedConnection attached = client.Containers.Attach("x", new AttachOptions { Stdin = true });
            Assert.Equal("all", ReadAll(attached));
            Assert.True(attached.TryWrite("still here"u8));
            written.Set();
        }

        Assert.Equal("still here", input);
    }

    [Fact]
    public void An_exec_is_hijacked_with_its_body_and_tells_its_format()
    {
        using var engine = new FakeEngine(scene =>
        {
            Assert.StartsWith("POST /exec/e1/start ", scene.ReadHead(), StringComparison.Ordinal);
            scene.ReadBody("{\"Detach\":false,\"Tty\":false}".Length);
            scene.Send("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\n");
        });
        using var client = new EngineClient(engine.Endpoint);

        using HijackedConnection exec = client.Execs.Start("e1", tty: false);

        Assert.True(exec.IsMultiplexed);
        Assert.Equal("", ReadAll(exec));
    }

    [Fact]
    public void A_refused_attach_is_an_error()
    {
        const string body = "{\"message\":\"You cannot attach to a stopped container, start it first\"}";
        using FakeEngine engine = FakeEngine.Answering($"HTTP/1.1 409 Conflict\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var client = new EngineClient(engine.Endpoint);

        var error = Assert.Throws<EngineException>(() => client.Containers.Attach("x", new AttachOptions()));

        Assert.Equal(409, error.Status);
    }

    [Fact]
    public void Writing_to_an_engine_that_left_is_no_exception()
    {
        using var engine = FakeEngine.Answering(Upgraded);
        using var client = new EngineClient(engine.Endpoint);
        using HijackedConnection attached = client.Containers.Attach("x", new AttachOptions { Stdin = true });

        Assert.Equal("", ReadAll(attached));

        Assert.False(attached.TryWrite("x"u8));
    }

    private static string ReadAll(HijackedConnection connection)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[256];
        int n;
        while ((n = connection.Read(buffer)) > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, n));
        }

        return text.ToString();
    }
}

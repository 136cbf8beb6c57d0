using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.DockerApi.Tests.Client;

public sealed class RequestTests
{
    private const string NoContent = "HTTP/1.1 204 No Content\r\n\r\n";

    [Fact]
    public void A_body_is_streamed_in_chunks()
    {
        string head = "";
        string body = "";
        using var engine = new FakeEngine(scene =>
        {
            head = scene.ReadHead();
            body = scene.ReadBody(12 + 5);
            scene.Send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"stream\":\"Loaded\"}\r\n");
        });
        using var client = new EngineClient(engine.Endpoint);
        (FileHandle read, FileHandle write) = FileIo.Pipe();
        FileIo.Write(write, "a tar!\n"u8);
        write.Dispose();

        using (read)
        using (EngineResponse load = client.Images.Load(read, quiet: true))
        {
            Assert.Equal("Loaded", Assert.Single(load.Messages()).Stream);
        }

        Assert.StartsWith("POST /images/load?quiet=1 HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nTransfer-Encoding: chunked\r\n", head, StringComparison.Ordinal);
        Assert.Equal("7\r\na tar!\n\r\n0\r\n\r\n", body);
    }

    [Fact]
    public void A_file_is_sent_from_its_position_on_with_its_length()
    {
        string head = "";
        string body = "";
        using var engine = new FakeEngine(scene =>
        {
            head = scene.ReadHead();
            body = scene.ReadBody(6);
            scene.Send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"stream\":\"Loaded\"}\r\n");
        });
        using var client = new EngineClient(engine.Endpoint);
        using FileHandle file = MemoryFile.Create("body", "a tar!\n"u8);
        FileIo.Read(file, new byte[1]);

        using (EngineResponse load = client.Images.Load(file))
        {
            Assert.Equal("Loaded", Assert.Single(load.Messages()).Stream);
        }

        Assert.Contains("\r\nContent-Length: 6\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", head, StringComparison.Ordinal);
        Assert.Equal(" tar!\n", body);
    }

    [Fact]
    public void A_refusal_before_a_file_is_sent_is_heard()
    {
        const string body = "{\"message\":\"no space left\"}";
        using var engine = new FakeEngine(scene =>
        {
            scene.ReadHead();
            scene.Send($"HTTP/1.1 500 Internal Server Error\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        });
        using var client = new EngineClient(engine.Endpoint);
        using FileHandle file = MemoryFile.Create("body", "a tar!\n"u8);
        Assert.Equal(Errno.None, OpenFile.SetLength(file, 100 << 20));

        var error = Assert.ThrowsAny<Exception>(() => client.Images.Load(file));

        Assert.True(error is EngineException { Message: "no space left" } or EngineUnreachableException, error.ToString());
    }

    [Fact]
    public void A_refusal_before_the_body_is_sent_is_heard()
    {
        const string body = "{\"message\":\"no space left\"}";
        using var engine = new FakeEngine(scene =>
        {
            scene.ReadHead();
            scene.Send($"HTTP/1.1 500 Internal Server Error\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        });
        using var client = new EngineClient(engine.Endpoint);
        using FileHandle zeros = PathAt.Open("/dev/zero", OpenMode.Read);

        var error = Assert.ThrowsAny<Exception>(() => client.Images.Load(zeros));

        // Closing with unread input resets the connection, and a reset may overtake the answer.
        Assert.True(error is EngineException { Message: "no space left" } or EngineUnreachableException, error.ToString());
    }

    [Fact]
    public void A_create_request_is_one_json_object()
    {
        string head = "";
        string body = "";
        using var engine = new FakeEngine(scene =>
        {
            head = scene.ReadHead();
            string length = head.Split("Content-Length: ")[1].Split('\r')[0];
            body = scene.ReadBody(int.Parse(length, System.Globalization.CultureInfo.InvariantCulture));
            scene.Send("HTTP/1.1 201 Created\r\nContent-Length: 31\r\n\r\n{\"Id\":\"abc\",\"Warnings\":[\"w 1\"]}");
        });
        using var client = new EngineClient(engine.Endpoint);

        ContainerCreateResponse created = client.Containers.Create(
            new ContainerCreateRequest
            {
                Image = "busybox",
                HostConfig = new HostConfig { AutoRemove = true },
            },
            "näme &"
        );

        Assert.StartsWith("POST /containers/create?name=n%C3%A4me%20%26 HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\"Image\":\"busybox\"", body, StringComparison.Ordinal);
        Assert.Contains("\"AutoRemove\":true", body, StringComparison.Ordinal);
        Assert.Equal("abc", created.Id);
        Assert.Equal(["w 1"], created.Warnings);
    }

    [Theory]
    [InlineData("a/../b", "POST /containers/a%2F..%2Fb/start ")]
    [InlineData("a b\r\nX: y", "POST /containers/a%20b%0D%0AX%3A%20y/start ")]
    public void A_name_cannot_leave_its_path_segment(string name, string expected)
    {
        string head = "";
        using var engine = new FakeEngine(scene =>
        {
            head = scene.ReadHead();
            scene.Send(NoContent);
        });
        using var client = new EngineClient(engine.Endpoint);

        client.Containers.Start(name);

        Assert.StartsWith(expected, head, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_are_docker_json()
    {
        string head = "";
        using var engine = new FakeEngine(scene =>
        {
            head = scene.ReadHead();
            scene.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
        });
        using var client = new EngineClient(engine.Endpoint);

        Assert.Empty(client.Containers.List(all: true, filters: new Filters().Add("label", "a=b").Add("label", "a=b").Add("name", "x")));

        string query = Uri.UnescapeDataString(head.Split(' ')[1]);
        Assert.Equal("/containers/json?all=1&filters={\"label\":{\"a=b\":true},\"name\":{\"x\":true}}", query);
    }

    [Fact]
    public void An_image_name_keeps_its_slashes_and_colons()
    {
        string head = "";
        using var engine = new FakeEngine(scene =>
        {
            head = scene.ReadHead();
            scene.Send("HTTP/1.1 200 OK\r\nContent-Length: 45\r\n\r\n[{\"Untagged\":\"a/b:c\"},{\"Deleted\":\"sha256:1\"}]");
        });
        using var client = new EngineClient(engine.Endpoint);

        ImageDeleteItem[] deleted = client.Images.Remove("localhost:5000/a/b:c", force: true);

        Assert.StartsWith("DELETE /images/localhost:5000/a/b:c?force=1 ", head, StringComparison.Ordinal);
        Assert.Equal("sha256:1", deleted[1].Deleted);
    }
}

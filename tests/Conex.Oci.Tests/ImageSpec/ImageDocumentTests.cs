using System.Text;
using System.Text.Json.Nodes;
using Conex.Oci.ImageSpec;

namespace Conex.Oci.Tests.ImageSpec;

public sealed class ImageDocumentTests
{
    private const string DigestText = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void A_manifest_survives()
    {
        const string Text = $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/vnd.example",
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{DigestText}}}","size":7023,"data":"e30="},
             "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{{DigestText}}}","size":0,
               "urls":["https://registry.example/a"],"annotations":{"a":"b"}}],
             "subject":{"mediaType":"x/y","digest":"{{{DigestText}}}","size":9223372036854775807,"artifactType":"t"},
             "annotations":{"com.example.key1":"value1"}}
            """;

        Manifest manifest = Manifest.Parse(Encoding.UTF8.GetBytes(Text));

        Assert.Equal(Digest.Parse(DigestText), manifest.Layers[0].Digest);
        Assert.Equal("{}"u8, manifest.Config.Data!);
        AssertSame(Text, manifest.ToUtf8Json());
    }

    [Fact]
    public void An_index_survives()
    {
        const string Text = $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","artifactType":"t",
             "manifests":[{"mediaType":"m","digest":"{{{DigestText}}}","size":1,
               "platform":{"architecture":"amd64","os":"windows","os.version":"10.0.14393.1066","os.features":["win32k"],"variant":"v2"}}],
             "subject":{"mediaType":"x/y","digest":"{{{DigestText}}}","size":2},
             "annotations":{"k":"v"}}
            """;

        ImageIndex index = ImageIndex.Parse(Encoding.UTF8.GetBytes(Text));

        Assert.Equal("windows/amd64/v2", index.Manifests[0].Platform!.ToPlatform().ToString());
        AssertSame(Text, index.ToUtf8Json());
    }

    [Fact]
    public void A_configuration_survives()
    {
        const string Text = $$$"""
            {"created":"2015-10-31T22:22:56.015925Z","author":"Alyssa","architecture":"arm64","variant":"v8","os":"linux","os.version":"1","os.features":["f"],
             "config":{"User":"alice:staff","ExposedPorts":{"8080/tcp":{},"53/udp":{}},"Env":["PATH=/bin"],"Entrypoint":["/app"],"Cmd":["-v"],
               "Volumes":{"/var/log":{}},"WorkingDir":"/home","Labels":{"l":"v"},"StopSignal":"SIGQUIT","ArgsEscaped":true,
               "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":30000000000,"Timeout":1,"StartPeriod":2,"StartInterval":3,"Retries":4},
               "Shell":["/bin/sh","-c"],"OnBuild":["RUN true"]},
             "rootfs":{"type":"layers","diff_ids":["{{{DigestText}}}","{{{DigestText}}}"]},
             "history":[{"created":"2015-10-31T22:22:54Z","created_by":"ADD","author":"a","comment":"c"},{"empty_layer":true}]}
            """;

        ImageConfig config = ImageConfig.Parse(Encoding.UTF8.GetBytes(Text));

        Assert.Equal(new DateTimeOffset(2015, 10, 31, 22, 22, 56, TimeSpan.Zero).AddTicks(159250), config.Created);
        Assert.Equal(["8080/tcp", "53/udp"], config.Config!.ExposedPorts!);
        Assert.Equal(2, config.Rootfs.DiffIds.Count);
        Assert.Equal("linux/arm64", config.ToPlatform().ToString());
        AssertSame(Text, config.ToUtf8Json());
    }

    [Fact]
    public void Times_with_nanoseconds_and_offsets_are_read()
    {
        ImageConfig config = ImageConfig.Parse(
            """{"created":"2024-01-02T03:04:05.123456789+02:00","rootfs":{"type":"layers","diff_ids":[]}}"""u8
        );

        Assert.Equal(new DateTimeOffset(2024, 1, 2, 1, 4, 5, TimeSpan.Zero).AddTicks(1234567), config.Created);
        Assert.Equal("2024-01-02T01:04:05.1234567Z", JsonNode.Parse(config.ToUtf8Json())!["created"]!.GetValue<string>());
    }

    [Fact]
    public void A_layout_says_its_version()
    {
        Assert.Equal("1.0.0", ImageLayout.Parse("""{"imageLayoutVersion": "1.0.0"}"""u8).ImageLayoutVersion);
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}"""u8, new ImageLayout { ImageLayoutVersion = ImageLayout.Version }.ToUtf8Json());
    }

    [Fact]
    public void A_docker_archives_list_survives()
    {
        const string Text =
            """[{"Config":"blobs/sha256/a","RepoTags":["app:1"],"Layers":["b/layer.tar"]},{"Config":"c.json","Layers":[]}]""";

        IReadOnlyList<DockerArchiveImage> images = DockerArchiveImage.ParseList(Encoding.UTF8.GetBytes(Text));

        Assert.Equal(["app:1"], images[0].RepoTags!);
        AssertSame(Text, DockerArchiveImage.ToUtf8Json(images));
    }

    private static void AssertSame(string expected, byte[] written) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(written)), Encoding.UTF8.GetString(written));
}

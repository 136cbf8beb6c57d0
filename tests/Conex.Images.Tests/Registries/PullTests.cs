using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Registries;

public sealed class PullTests : IDisposable
{
    private readonly PullHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData(MediaType.OciLayerGzip)]
    [InlineData(MediaType.OciLayerZstd)]
    [InlineData(MediaType.OciLayer)]
    [InlineData(MediaType.DockerLayerGzip)]
    public async Task A_pulled_image_is_whole(string layerType)
    {
        var image = new TestImage(new TarBuilder().File("a", "lower").ToArray(), new TarBuilder().File("b", "upper").ToArray());
        Func<byte[], byte[]> encode = MediaType.CompressionOf(layerType) switch
        {
            LayerCompression.Gzip => TestImage.Gzip,
            LayerCompression.Zstd => TestImage.Zstd,
            _ => bytes => bytes,
        };
        Descriptor manifest = house.Registry.Offer(image, "1", encode, layerType);

        PulledImage pulled = await house.PullAsync();

        Assert.True(pulled.IsNew);
        Assert.Equal(manifest.Digest, pulled.Digest);
        Assert.Equal(image.Id, pulled.Image.Id);
        Assert.Equal("lower", house.Store.Read(pulled.Image, "a"));
        Assert.Equal("upper", house.Store.Read(pulled.Image, "b"));
        Assert.Equal(image.Id, house.Store.Images.Resolve($"{house.Registry.Host}/app:1").Id);
        Assert.Equal(image.Id, house.Store.Images.Resolve($"{house.Registry.Host}/app@{manifest.Digest}").Id);
        Assert.Equal([$"{house.Registry.Host}/app@{manifest.Digest}"], pulled.Image.Digests.Select(name => name.ToString()));
        Assert.Empty(Directory.EnumerateFiles(house.Ingest));
        using Stream tar = house.Store.Images.OpenTar(pulled.Image.Layers[0].DiffId)!;
        using var copy = new MemoryStream();
        tar.CopyTo(copy);
        Assert.Equal(image.Layers[0], copy.ToArray());

        int reads = house.Registry.Requests.Count(request => request.Path.Contains("/blobs/", StringComparison.Ordinal));
        Assert.False((await house.PullAsync()).IsNew);
        Assert.Equal(reads + 1, house.Registry.Requests.Count(request => request.Path.Contains("/blobs/", StringComparison.Ordinal)));
        Assert.Contains(house.Steps, step => step.Status == "Already exists");
        house.Store.Remove($"{house.Registry.Host}/app:1");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(house.Store.Data, "content/blobs/sha256")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(house.Store.Data, "content/layers")));
    }

    [Fact]
    public async Task A_pulled_image_survives_a_restart_with_its_blobs()
    {
        house.Registry.Offer(TestImage.With("x"), "1");
        PulledImage pulled = await house.PullAsync();
        string[] before = house.Store.Snapshot();

        house.Store.Reopen();

        Assert.Equal(before, house.Store.Snapshot());
        Assert.NotNull(house.Store.Images.OpenTar(pulled.Image.Layers[0].DiffId));
    }

    [Fact]
    public async Task A_digest_pulls_what_it_names_without_a_tag()
    {
        Descriptor manifest = house.Registry.Offer(TestImage.With("x"), "1");

        PulledImage pulled = await house.PullAsync($"app@{manifest.Digest}");

        Assert.Empty(pulled.Image.Tags);
        Assert.Equal(pulled.Image.Id, house.Store.Images.Resolve($"{house.Registry.Host}/app@{manifest.Digest}").Id);
    }

    [Fact]
    public async Task An_index_gives_the_image_of_the_platform_or_the_next_best()
    {
        TestImage v5 = TestImage.With("v5");
        TestImage v6 = TestImage.With("v6");
        TestImage amd = TestImage.With("amd64");
        v5.Config = OfPlatform(v5, "arm", "v5");
        v6.Config = OfPlatform(v6, "arm", "v6");
        Descriptor[] entries =
        [
            For(house.Registry.Offer(amd, "a"), "amd64", null),
            For(house.Registry.Offer(v5, "b"), "arm", "v5"),
            For(house.Registry.Offer(v6, "c"), "arm", "v6"),
        ];
        house.Registry.Offer(TestImage.Index(entries), MediaType.OciIndex, "1");

        Assert.Equal(amd.Id, (await house.PullAsync(platform: Platform.Parse("linux/amd64/v3"))).Image.Id);
        Assert.Equal(v6.Id, (await house.PullAsync(platform: Platform.Parse("linux/arm/v7"))).Image.Id);
        Assert.Equal(v5.Id, (await house.PullAsync(platform: Platform.Parse("linux/arm/v5"))).Image.Id);
        string message = (
            await Assert.ThrowsAsync<RegistryException>(() => house.PullAsync(platform: Platform.Parse("linux/s390x")))
        ).Message;
        Assert.Contains("no matching manifest for linux/s390x", message, StringComparison.Ordinal);
        Assert.Contains("linux/amd64, linux/arm/v5, linux/arm/v6", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Indexes_in_indexes_without_end_are_refused()
    {
        Descriptor inner = house.Registry.Offer(TestImage.With("x"), "0") with
        {
            Platform = new ImagePlatform { Os = "linux", Architecture = Platform.Current.Architecture },
        };
        for (int i = 1; i <= 10; i++)
        {
            inner = house.Registry.Offer(TestImage.Index(inner), MediaType.OciIndex, $"{i}") with { Platform = inner.Platform };
        }

        Assert.Contains("more than 4 levels", await house.RefuseAsync("app:10"), StringComparison.Ordinal);
        Assert.NotNull((await house.PullAsync("app:3")).Image);
    }

    [Theory]
    [InlineData("""{"schemaVersion":1,"name":"app","fsLayers":[]}""", MediaType.DockerSchema1Signed, "first manifest format (schema 1)")]
    [InlineData(
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"x/y","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0},"layers":[]}""",
        MediaType.OciManifest,
        "an artifact of type x/y"
    )]
    [InlineData(
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}""",
        MediaType.OciManifest,
        "malformed: config"
    )]
    [InlineData("<html>", "text/html", "\"text/html\"")]
    public async Task What_is_no_image_is_refused_with_a_sentence(string document, string type, string phrase)
    {
        house.Registry.Offer(System.Text.Encoding.UTF8.GetBytes(document), type, "1");

        Assert.Contains(phrase, await house.RefuseAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_beyond_4_MiB_is_refused(bool saysSo)
    {
        byte[] huge = new byte[(4 << 20) + 1];
        house.Registry.Interfere = request =>
            !request.Path.Contains("/manifests/", StringComparison.Ordinal) ? null
            : saysSo ? new FakeAnswer(200, huge)
            : new FakeAnswer(200, [.. "400001\r\n"u8, .. huge, .. "\r\n0\r\n\r\n"u8]) { Headers = { ["Transfer-Encoding"] = "chunked" } };

        Assert.Contains("larger than 4194304 bytes", await house.RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_could_be_taken_for_an_ID_is_refused_before_anybody_is_asked()
    {
        Task pull = house.Client.PullAsync(
            ImageReference.Parse("sha256:1"),
            new PullOptions(),
            _ => { },
            TestContext.Current.CancellationToken
        );

        Assert.Equal(
            "refusing to create an ambiguous tag using digest algorithm as name",
            (await Assert.ThrowsAsync<RegistryException>(() => pull)).Message
        );
    }

    [Fact]
    public async Task A_tag_that_is_not_there()
    {
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => house.PullAsync("app:none"));

        Assert.True(e.IsNotFound);
        Assert.Contains("manifest unknown", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_with_another_diff_ID_or_more_bytes_than_reason_is_refused()
    {
        TestImage image = TestImage.With("x");
        house.Registry.Offer(image, "1", _ => TestImage.Gzip(new TarBuilder().File("file", "y").ToArray()));
        Assert.Contains("diff ID", await house.RefuseAsync(), StringComparison.Ordinal);

        // A few kilobytes that become more than a gigabyte.
        using var bomb = new MemoryStream();
        using (var zstd = new ZstdSharp.CompressionStream(bomb))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 1100; i++)
            {
                zstd.Write(zeros);
            }
        }
        house.Registry.Offer(TestImage.With("bomb"), "2", _ => bomb.ToArray());
        Assert.Contains("expands more than 500 times", await house.RefuseAsync("app:2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_layer_comes_from_its_URL()
    {
        using var elsewhere = new FakeRegistry();
        TestImage image = TestImage.With("x");
        byte[] blob = TestImage.Gzip(image.Layers[0]);
        elsewhere.Blobs[TestImage.DigestOf(blob).ToString()] = blob;
        Descriptor layer = TestImage.Describe(blob, MediaType.OciForeignLayerGzip) with
        {
            Urls = [$"http://{elsewhere.Host}/v2/x/blobs/{TestImage.DigestOf(blob)}"],
        };
        byte[] manifest = new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaType.OciManifest,
            Config = house.Registry.AddBlob(image.Config, MediaType.OciConfig),
            Layers = [layer],
        }.ToUtf8Json();
        house.Registry.Offer(manifest, MediaType.OciManifest, "1");

        Assert.Equal("x", house.Store.Read((await house.PullAsync()).Image, "file"));
        Assert.Null(Assert.Single(elsewhere.Requests).Authorization);
    }

    private static Descriptor For(Descriptor descriptor, string architecture, string? variant) =>
        descriptor with
        {
            Platform = new ImagePlatform
            {
                Os = "linux",
                Architecture = architecture,
                Variant = variant,
            },
        };

    private static byte[] OfPlatform(TestImage image, string architecture, string variant) =>
        (ImageConfig.Parse(image.Config) with { Architecture = architecture, Variant = variant }).ToUtf8Json();
}

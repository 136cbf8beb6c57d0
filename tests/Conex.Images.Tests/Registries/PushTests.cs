using System.Security.Cryptography;
using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Registries;

public sealed class PushTests : IDisposable
{
    private readonly PullHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task What_was_pulled_is_pushed_elsewhere_byte_for_byte()
    {
        using var other = new PullHouse();
        Descriptor manifest = other.Registry.Offer(TestImage.With("x"), "1", TestImage.Zstd, MediaType.OciLayerZstd);
        PulledImage pulled = await house.Client.PullAsync(
            other.Registry.Reference("app:1"),
            new PullOptions(),
            _ => { },
            TestContext.Current.CancellationToken
        );

        PushedImage pushed = await house.PushAsync(pulled.Image, "copy:2");

        Assert.Equal(manifest.Digest, pushed.Digest);
        Assert.Equal(other.Registry.Manifests["1"].Bytes, house.Registry.Manifests["2"].Bytes);
        Assert.Equal(other.Registry.Blobs.Keys.Order(StringComparer.Ordinal), house.Registry.Blobs.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_image_that_never_was_in_a_registry_is_compressed_always_to_the_same_bytes()
    {
        StoredImage image = house.Store.Import(new TarBuilder().File("f", "content").ToArray());
        PushedImage first = await house.PushAsync(image);
        using var second = new PullHouse();
        StoredImage same = second.Store.Load(TestImage.DockerArchive((TestImageOf(house, image), ["x:1"])))[0].Image;

        PushedImage again = await second.PushAsync(same);

        Assert.Equal(image.Id, same.Id);
        Assert.Equal(first.Digest, again.Digest);
        Manifest manifest = Manifest.Parse(house.Registry.Manifests["1"].Bytes);
        Assert.Equal(MediaType.OciLayerGzip, manifest.Layers[0].MediaType);
        Assert.Contains(image.Id, (IEnumerable<Digest>)[manifest.Config.Digest]);
        using var puller = new PullHouse { Registry = house.Registry };
        Assert.Equal("content", puller.Store.Read((await puller.PullAsync()).Image, "f"));
    }

    [Fact]
    public async Task A_layer_whose_compressed_bytes_are_gone_is_compressed_anew_and_nothing_is_fetched()
    {
        using var other = new PullHouse(house.Store);
        other.Registry.Offer(TestImage.With("x"), "1");
        PulledImage pulled = await other.PullAsync();
        Descriptor layer = Manifest.Parse(other.Registry.Manifests["1"].Bytes).Layers[0];
        File.Delete(Path.Combine(house.Store.Data, "content/blobs/sha256", layer.Digest.Hex));
        int asked = other.Registry.Requests.Count;

        PushedImage pushed = await house.PushAsync(pulled.Image);

        Assert.Equal(asked, other.Registry.Requests.Count);
        Assert.NotEqual(pulled.Digest, pushed.Digest);
        Manifest manifest = Manifest.Parse(house.Registry.Manifests["1"].Bytes);
        Assert.Equal(pulled.Image.Id, manifest.Config.Digest);
        using var puller = new PullHouse { Registry = house.Registry };
        PulledImage again = await puller.PullAsync();
        Assert.Equal(pulled.Image.Id, again.Image.Id);
        Assert.Equal("x", puller.Store.Read(again.Image, "file"));
        // The same bytes wherever and whenever it is compressed.
        using var third = new PullHouse(house.Store);
        Assert.Equal(pushed.Digest, (await third.PushAsync(pulled.Image)).Digest);
    }

    [Fact]
    public async Task What_the_registry_has_is_not_sent_again()
    {
        StoredImage image = house.Store.Import(new TarBuilder().File("f", "content").ToArray());
        await house.PushAsync(image);
        int before = house.Registry.Requests.Count;

        await house.PushAsync(image, "app:again");

        FakeRequest[] later = [.. house.Registry.Requests.Skip(before)];
        Assert.DoesNotContain(later, request => request.Method is "POST" or "PATCH");
        Assert.Contains(house.Steps, step => step.Status == "Layer already exists");
    }

    [Fact]
    public async Task A_layer_of_another_repository_is_mounted_without_its_bytes()
    {
        house.Registry.Offer(TestImage.With("x"), "1");
        PulledImage pulled = await house.PullAsync("source:1");
        Descriptor layer = Manifest.Parse(house.Registry.Manifests["1"].Bytes).Layers[0];
        string kept = Path.Combine(house.Store.Data, "content/blobs/sha256", layer.Digest.Hex);
        File.Delete(kept);
        // In the other repository it is not, until it is mounted.
        house.Registry.Interfere = request =>
            request.Method == "HEAD" && request.Path.StartsWith("/v2/target/", StringComparison.Ordinal) ? new FakeAnswer(404) : null;

        PushedImage pushed = await house.PushAsync(pulled.Image, "target:1");

        Assert.Equal(pulled.Digest, pushed.Digest);
        Assert.Contains(
            house.Registry.Requests,
            request => request.Method == "POST" && request.Query("from") == "source" && request.Query("mount") == layer.Digest.ToString()
        );
        Assert.Contains(house.Steps, step => step.Status == "Mounted from source");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_layer_goes_in_pieces_and_on_after_a_break(bool breaks)
    {
        house.Settings = house.Settings with { UploadChunk = 64 << 10 };
        StoredImage image = house.Store.Import(new TarBuilder().File("f", RandomNumberGenerator.GetBytes(300_000)).ToArray());
        int patches = 0;
        house.Registry.Interfere = request =>
        {
            if (request.Method != "PATCH" || Interlocked.Increment(ref patches) != 3 || !breaks)
            {
                return null;
            }
            // Half of the piece arrived.
            house.Registry.Uploads[request.Path.Split('/')[^1]].Write(request.Body.AsSpan(0, 30_000));
            return new FakeAnswer(500);
        };

        PushedImage pushed = await house.PushAsync(image);

        Assert.Equal(pushed.Digest, TestImage.DigestOf(house.Registry.Manifests["1"].Bytes));
        string[] ranges =
        [
            .. house.Registry.Requests.Where(request => request.Method == "PATCH").Select(request => request.Headers["content-range"]),
        ];
        Assert.Equal("0-65535", ranges[0]);
        Assert.Equal("131072-196607", ranges[2]);
        Assert.Equal(breaks ? "161072-226607" : "196608-262143", ranges[3]);
        Descriptor layer = Manifest.Parse(house.Registry.Manifests["1"].Bytes).Layers[0];
        Assert.Equal(layer.Size, house.Registry.Blobs[layer.Digest.ToString()].Length);
    }

    [Fact]
    public async Task An_upload_that_the_registry_forgot_begins_anew()
    {
        StoredImage image = house.Store.Import(new TarBuilder().File("f", "content").ToArray());
        int puts = 0;
        house.Registry.Interfere = request =>
            request.Method == "PUT" && request.Path.Contains("/uploads/", StringComparison.Ordinal) && Interlocked.Increment(ref puts) == 1
                ? new FakeAnswer(404)
                : null;

        await house.PushAsync(image);

        Assert.Equal(3, house.Registry.Blobs.Count + 1);
    }

    [Fact]
    public async Task A_registry_that_refuses_says_why()
    {
        StoredImage image = house.Store.Import(new TarBuilder().File("f", "content").ToArray());
        house.Registry.Interfere = request =>
            request.Path.Contains("/uploads/", StringComparison.Ordinal)
                ? new FakeAnswer(403, """{"errors":[{"code":"DENIED","message":"read only"}]}"""u8.ToArray())
                : null;

        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => house.PushAsync(image));

        Assert.True(e.IsDenied);
        Assert.Contains("denied: read only", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(house.Store.Data, "tmp")));
    }

    /// <summary>The same image as its parts.</summary>
    private static TestImage TestImageOf(PullHouse house, StoredImage image)
    {
        using Stream tar = house.Store.Images.OpenTar(image.Layers[0].DiffId)!;
        using var bytes = new MemoryStream();
        tar.CopyTo(bytes);
        return new TestImage(bytes.ToArray())
        {
            Config = File.ReadAllBytes(Path.Combine(house.Store.Data, "content/blobs/sha256", image.Id.Hex)),
        };
    }
}

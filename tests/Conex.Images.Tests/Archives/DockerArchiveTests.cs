using Conex.Images.Archives;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Archives;

public sealed class DockerArchiveTests
{
    private static readonly byte[] Base = new TarBuilder().File("file", "base").File("lower", "lower").ToArray();
    private static readonly byte[] Top = new TarBuilder().File("file", "top").ToArray();

    [Fact]
    public void An_image_is_loaded_with_its_name_and_layers()
    {
        using var store = new TestStore();
        var image = new TestImage(Base, Top);
        LoadedImage loaded = Assert.Single(store.Load(TestImage.DockerArchive((image, ["shop/web:1"]))));
        Assert.Equal(["Loaded image: shop/web:1"], loaded.Lines);
        Assert.Equal(image.Id, loaded.Image.Id);
        StoredImage found = store.Images.Resolve("shop/web:1");
        Assert.Equal(["top", "lower"], [store.Read(found, "file"), store.Read(found, "lower")]);
        Assert.Equal(store.Images.LayerDirectories(found)[0], Path.Combine(store.Data, "layers/sha256", TestImage.DigestOf(Top).Hex, "fs"));
        Assert.Equal(12, found.Size);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void An_archive_may_be_compressed(string how)
    {
        using var store = new TestStore();
        byte[] archive = TestImage.DockerArchive((TestImage.With("x"), ["x:latest"]));
        store.Load(
            how switch
            {
                "gzip" => TestImage.Gzip(archive),
                "zstd" => TestImage.Zstd(archive),
                _ => archive,
            }
        );
        Assert.Equal("x", store.Read(store.Images.Resolve("x"), "file"));
    }

    [Fact]
    public void Several_images_share_layers()
    {
        using var store = new TestStore();
        IReadOnlyList<LoadedImage> loaded = store.Load(
            TestImage.DockerArchive((new TestImage(Base), ["a:1", "a:2"]), (new TestImage(Base, Top), []))
        );
        Assert.Equal(["Loaded image: a:1", "Loaded image: a:2"], loaded[0].Lines);
        Assert.Equal([$"Loaded image ID: {loaded[1].Image.Id}"], loaded[1].Lines);
        Assert.Equal(2, store.LayerEntries().Length);
    }

    [Fact]
    public void A_layer_may_be_a_link_to_another_images_layer()
    {
        using var store = new TestStore();
        var image = new TestImage(Base, Base);
        string hex = TestImage.DigestOf(Base).Hex;
        byte[] manifest = DockerArchiveImage.ToUtf8Json([
            new DockerArchiveImage
            {
                Config = "config.json",
                RepoTags = ["l:1"],
                Layers = ["one/layer.tar", "two/layer.tar"],
            },
        ]);
        store.Load(
            new TarBuilder()
                .File("manifest.json", manifest)
                .SymbolicLink("two/layer.tar", "../one/layer.tar")
                .HardLink("one/layer.tar", $"{hex}.tar")
                .File("config.json", image.Config)
                .File($"{hex}.tar", Base)
                .ToArray()
        );
        // overlayfs refuses one directory twice.
        Assert.Single(store.Images.LayerDirectories(store.Images.Resolve("l:1")));
    }

    [Fact]
    public void The_same_archive_loads_again()
    {
        using var store = new TestStore();
        byte[] archive = TestImage.DockerArchive((new TestImage(Base, Top), ["x:latest"]));
        store.Load(archive);
        string[] before = store.Snapshot();
        store.Load(archive);
        Assert.Equal(before, store.Snapshot());
    }

    [Fact]
    public void A_present_layer_is_verified_still()
    {
        using var store = new TestStore();
        var image = new TestImage(Base);
        store.Load(TestImage.DockerArchive((image, ["x:latest"])));
        byte[] damaged = [.. Base];
        damaged[513] ^= 1;
        byte[] archive = new TarBuilder()
            .File($"{image.Id.Hex}.json", image.Config)
            .File($"{TestImage.DigestOf(Base).Hex}/layer.tar", damaged)
            .File("manifest.json", TestImage.Manifest((image, [])))
            .ToArray();
        Assert.Contains("diff ID", store.Refuse(archive), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_moves_is_reported()
    {
        using var store = new TestStore();
        TestImage first = TestImage.With("1");
        store.Load(TestImage.DockerArchive((first, ["x:latest"])));
        LoadedImage second = Assert.Single(store.Load(TestImage.DockerArchive((TestImage.With("2"), ["x:latest"]))));
        Assert.Equal(new ReplacedTag(ImageReference.Parse("x:latest"), first.Id), Assert.Single(second.Replaced));
        Assert.Empty(store.Images.FindById(first.Id)!.Tags);
        Assert.Equal("2", store.Read(store.Images.Resolve("x"), "file"));
    }

    [Fact]
    public async Task Progress_is_told_by_layer()
    {
        using var store = new TestStore();
        byte[] layer = new TarBuilder().File("big", new byte[5_000_000]).ToArray();
        var seen = new List<LoadProgress>();
        using var stream = new MemoryStream(TestImage.DockerArchive((new TestImage(layer), ["x:latest"])));
        await store.Images.LoadAsync(stream, null, new Recorder(seen), TestContext.Current.CancellationToken);
        LoadProgress last = seen.Last(progress => progress.Item == TestImage.DigestOf(layer).Short);
        Assert.Equal(("Loading layer", layer.Length, layer.Length), (last.Status, last.Current, last.Total));
    }

    private sealed class Recorder(List<LoadProgress> seen) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => seen.Add(value);
    }
}

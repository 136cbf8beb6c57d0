using Conex.Images.Archives;
using Conex.Images.Layers;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Archives;

public sealed class SavedArchiveTests
{
    private static readonly byte[] Base = new TarBuilder().File("base", "below").ToArray();

    [Theory]
    [InlineData(SaveFormat.DockerArchive)]
    [InlineData(SaveFormat.OciArchive)]
    public void What_is_saved_loads_as_the_same_images_with_the_same_names(SaveFormat format)
    {
        using var store = new TestStore();
        var one = new TestImage(Base, new TarBuilder().File("top", "one").ToArray());
        TestImage two = TestImage.With("two");
        store.Load(TestImage.DockerArchive((one, ["one:1", "example.org/team/one:2"]), (two, ["two:latest"])));
        byte[] saved = Save(store, format, "one:1", "example.org/team/one:2", "two");

        using var other = new TestStore();
        IReadOnlyList<LoadedImage> loaded = other.Load(saved);

        Assert.Equal([one.Id, two.Id], loaded.Select(image => image.Image.Id).Distinct());
        Assert.Equal(
            ["example.org/team/one:2", "one:1", "two:latest"],
            other.Images.List().SelectMany(image => image.Tags).Select(tag => tag.Familiar).Order(StringComparer.Ordinal)
        );
        Assert.Equal("below", other.Read(other.Images.Resolve("one:1"), "base"));
    }

    [Fact]
    public void Layers_are_the_bytes_that_came_in_and_a_shared_one_is_written_once()
    {
        using var store = new TestStore();
        var one = new TestImage(Base, new TarBuilder().File("top", "one").ToArray());
        var two = new TestImage(Base, new TarBuilder().File("top", "two").ToArray());
        store.Load(TestImage.DockerArchive((one, ["one:1"]), (two, ["two:1"])));

        IReadOnlyDictionary<string, byte[]> files = Files(Save(store, SaveFormat.DockerArchive, "one:1", "two:1"));

        foreach (byte[] layer in (byte[][])[Base, one.Layers[1], two.Layers[1]])
        {
            Assert.Equal(layer, files[$"blobs/sha256/{TestImage.DigestOf(layer).Hex}"]);
        }
        // Three layers, two configurations, two manifests; Files refuses a name twice.
        Assert.Equal(7, files.Keys.Count(name => name.StartsWith("blobs/sha256/", StringComparison.Ordinal) && name.Length > 13));
        IReadOnlyList<DockerArchiveImage> manifest = DockerArchiveImage.ParseList(files["manifest.json"]);
        Assert.Equal($"blobs/sha256/{two.Id.Hex}", manifest[1].Config);
        Assert.Equal(["two:1"], manifest[1].RepoTags);
        Assert.Equal(one.Config, files[manifest[0].Config]);
        Assert.Equal(
            $$$"""{"one":{"1":"{{{TestImage.DigestOf(one.Layers[1]).Hex}}}"},"two":{"1":"{{{TestImage.DigestOf(two.Layers[1]).Hex}}}"}}""",
            System.Text.Encoding.UTF8.GetString(files["repositories"])
        );
        Assert.All(
            files.Where(file => file.Key.StartsWith("blobs/sha256/", StringComparison.Ordinal) && file.Key.Length > 13),
            file => Assert.Equal(file.Key[13..], TestImage.DigestOf(file.Value).Hex)
        );
    }

    [Fact]
    public void Equal_images_give_equal_bytes_and_an_oci_archive_has_nothing_of_dockers()
    {
        using var store = new TestStore();
        store.Load(TestImage.DockerArchive((TestImage.With("x"), ["x:1"])));

        Assert.Equal(Save(store, SaveFormat.DockerArchive, "x:1"), Save(store, SaveFormat.DockerArchive, "x:1"));
        IReadOnlyDictionary<string, byte[]> files = Files(Save(store, SaveFormat.OciArchive, "x:1"));
        Assert.DoesNotContain("manifest.json", files.Keys);
        Assert.DoesNotContain("repositories", files.Keys);
        Descriptor entry = Assert.Single(ImageIndex.Parse(files["index.json"]).Manifests);
        Assert.Equal("docker.io/library/x:1", entry.Annotations!["io.containerd.image.name"]);
        Assert.Equal("1", entry.Annotations["org.opencontainers.image.ref.name"]);
    }

    [Fact]
    public void A_repository_without_a_tag_is_all_its_tags_and_an_ID_is_no_name()
    {
        using var store = new TestStore();
        TestImage one = TestImage.With("1");
        store.Load(TestImage.DockerArchive((one, ["app:1", "other:1"]), (TestImage.With("2"), ["app:2"])));

        Assert.Equal(
            ["app:1", "app:2"],
            DockerArchiveImage
                .ParseList(Files(Save(store, SaveFormat.DockerArchive, "app"))["manifest.json"])
                .SelectMany(image => image.RepoTags!)
                .Order(StringComparer.Ordinal)
        );
        IReadOnlyDictionary<string, byte[]> byId = Files(Save(store, SaveFormat.DockerArchive, one.Id.Short));
        Assert.Null(Assert.Single(DockerArchiveImage.ParseList(byId["manifest.json"])).RepoTags);
        Assert.DoesNotContain("repositories", byId.Keys);
    }

    [Fact]
    public async Task An_image_that_is_removed_while_it_is_saved_is_saved_whole_and_then_gone()
    {
        using var store = new TestStore();
        TestImage image = TestImage.With("x");
        store.Load(TestImage.DockerArchive((image, ["x:1"])));
        using var memory = new MemoryStream();
        using (SavedArchive archive = SavedArchive.Prepare(store.Images, ["x:1"], new SaveOptions()))
        {
            store.Remove("x:1");
            await archive.WriteAsync(memory, TestContext.Current.CancellationToken);
        }

        Assert.Equal(image.Layers[0], Files(memory.ToArray())[$"blobs/sha256/{TestImage.DigestOf(image.Layers[0]).Hex}"]);
        Assert.Empty(store.LayerEntries());
    }

    [Theory]
    [InlineData(SaveFormat.OciArchive, true)]
    [InlineData(SaveFormat.DockerArchive, false)]
    public async Task An_oci_archive_has_manifest_and_layers_as_they_came_and_dockers_has_plain_tars(SaveFormat format, bool isAsItCame)
    {
        using var store = new TestStore();
        TestImage image = TestImage.With("compressed");
        var layout = new TarBuilder();
        Descriptor manifest = image.AddTo(layout, TestImage.Gzip, MediaType.OciLayerGzip);
        store.Load(TestImage.Layout(layout, TestImage.Named(manifest, "io.containerd.image.name", "docker.io/library/x:1")));
        byte[] compressed = TestImage.Gzip(image.Layers[0]);
        using var memory = new MemoryStream();
        using (SavedArchive archive = SavedArchive.Prepare(store.Images, ["x:1"], new SaveOptions { Format = format }))
        {
            // Whoever removes the image meanwhile.
            store.Remove("x:1");
            await archive.WriteAsync(memory, TestContext.Current.CancellationToken);
        }

        Dictionary<string, byte[]> files = Files(memory.ToArray());

        Descriptor saved = Assert.Single(ImageIndex.Parse(files["index.json"]).Manifests);
        Assert.Equal(isAsItCame, saved.Digest == manifest.Digest);
        byte[] layer = isAsItCame ? compressed : image.Layers[0];
        Assert.Equal(layer, files[$"blobs/sha256/{TestImage.DigestOf(layer).Hex}"]);
        Assert.Equal(
            TestImage.DigestOf(layer),
            Assert.Single(Conex.Oci.ImageSpec.Manifest.Parse(files[$"blobs/sha256/{saved.Digest.Hex}"]).Layers).Digest
        );
    }

    [Fact]
    public void An_archive_that_is_both_dockers_and_a_layout_keeps_the_layouts_manifest()
    {
        using var store = new TestStore();
        TestImage image = TestImage.With("both");
        var layout = new TarBuilder();
        Descriptor manifest = image.AddTo(layout, TestImage.Gzip, MediaType.OciLayerGzip);
        layout.File(
            "manifest.json",
            DockerArchiveImage.ToUtf8Json([
                new DockerArchiveImage
                {
                    Config = $"blobs/sha256/{image.Id.Hex}",
                    RepoTags = ["both:1"],
                    Layers = [$"blobs/sha256/{TestImage.DigestOf(TestImage.Gzip(image.Layers[0])).Hex}"],
                },
            ])
        );

        store.Load(TestImage.Layout(layout, TestImage.Named(manifest, "io.containerd.image.name", "docker.io/library/both:1")));

        Assert.Equal(manifest.Digest, store.Images.Resolve("both:1").Manifest);
    }

    [Fact]
    public void What_cannot_be_saved_is_told_before_the_first_byte_and_holds_nothing()
    {
        using var store = new TestStore(LayerStorage.Unpacked);
        TestImage image = TestImage.With("x");
        store.Load(TestImage.DockerArchive((image, ["x:1"])));

        Assert.Equal(
            "No such image: nosuch:latest",
            Assert.Throws<ImageNotFoundException>(() => Prepare(store, new SaveOptions(), "x:1", "nosuch")).Message
        );
        Assert.Throws<FormatException>(() => Prepare(store, new SaveOptions(), "Not A Name"));
        Assert.Contains(
            "does not provide the platform linux/s390x",
            Assert
                .Throws<ImageNotFoundException>(() => Prepare(store, new SaveOptions { Platform = Platform.Parse("linux/s390x") }, "x:1"))
                .Message,
            StringComparison.Ordinal
        );
        File.Delete(Path.Combine(store.Data, "layers/sha256", TestImage.DigestOf(image.Layers[0]).Hex, "layer.tar"));
        Assert.Contains(
            "only as unpacked files",
            Assert.Throws<LayerTarMissingException>(() => Prepare(store, new SaveOptions(), "x:1")).Message,
            StringComparison.Ordinal
        );
        store.Remove("x:1");
        Assert.Empty(store.LayerEntries());
    }

    private static void Prepare(TestStore store, SaveOptions options, params string[] names) =>
        SavedArchive.Prepare(store.Images, names, options).Dispose();

    private static byte[] Save(TestStore store, SaveFormat format, params string[] names)
    {
        using var memory = new MemoryStream();
        using SavedArchive archive = SavedArchive.Prepare(store.Images, names, new SaveOptions { Format = format });
        archive.WriteAsync(memory, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return memory.ToArray();
    }

    private static Dictionary<string, byte[]> Files(byte[] tar)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var reader = new System.Formats.Tar.TarReader(new MemoryStream(tar));
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            files.Add(entry.Name, content.ToArray());
        }
        return files;
    }
}

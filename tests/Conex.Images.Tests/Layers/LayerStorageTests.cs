using Conex.Images.Archives;
using Conex.Images.Layers;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;

namespace Conex.Images.Tests.Layers;

/// <summary>Layers on the disk, mounted and unpacked, and the ways from one to the other.</summary>
public sealed class LayerStorageTests
{
    private static readonly byte[] Tar = new TarBuilder()
        .Directory(".")
        .File("etc/name", "value")
        .File("big", new string('b', 100_000))
        .ToArray();

    public LayerStorageTests() => IndexedLayer.Need();

    [Fact]
    public void A_mounted_layer_is_its_tar_and_an_index_and_nothing_else()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Import(Tar);
        Assert.Equal(["layer.erofs", "layer.json", "layer.tar"], FilesOf(store, image));
        Assert.Equal("value", store.Read(image, "etc/name"));
        Assert.NotNull(Assert.Single(store.Images.OpenLayers(store.Images.LayerDirectories(image))).Mount);
    }

    [Fact]
    public void An_unpacked_layer_keeps_its_tar()
    {
        using var store = new TestStore(LayerStorage.Unpacked);
        StoredImage image = store.Import(Tar);
        Assert.Equal(["fs", "layer.json", "layer.tar"], FilesOf(store, image));
        Assert.Equal("value", store.Read(image, "etc/name"));
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void The_tar_is_there_byte_for_byte_with_what_follows_its_end(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        byte[] tar = [.. Tar, .. new byte[10240], 1, 2, 3];
        StoredImage image = store.Import(tar);
        using Stream stream = store.Images.OpenTar(image.DiffIds.First())!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.Equal(tar, copy.ToArray());
        Assert.Null(store.Images.OpenTar(Digest.Parse($"sha256:{new string('0', 64)}")));
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void A_tar_that_ends_with_the_last_files_last_byte_is_whole_if_its_digest_says_so(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        byte[] tar = new TarBuilder().File("first", "value").File("last", new string('l', 100_001)).ToArrayWithoutEnd();
        StoredImage image = Assert.Single(store.Load(TestImage.DockerArchive((new TestImage(tar), ["x:latest"])))).Image;
        Assert.Equal("value", store.Read(image, "first"));
        Assert.Equal(new string('l', 100_001), store.Read(image, "last"));
        using Stream stream = store.Images.OpenTar(image.DiffIds.First())!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.Equal(tar, copy.ToArray());
        Assert.Contains("ends early", Assert.Throws<ImageArchiveException>(() => store.Import(tar)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_mount_serves_all_who_ask()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        IReadOnlyList<string> names = store.Images.LayerDirectories(store.Import(Tar));
        Assert.Same(store.Images.OpenLayers(names)[0].Mount, store.Images.OpenLayers(names)[0].Mount);
    }

    [Fact]
    public void An_attached_layer_has_its_place_as_long_as_the_store_is_open()
    {
        using var store = new TestStore(LayerStorage.Attached);
        StoredImage image = store.Import(Tar, new ImportOptions { Reference = ImageReference.Parse("x:1") });
        IReadOnlyList<string> names = store.Images.LayerDirectories(image);
        LayerSource source = Assert.Single(store.Images.OpenLayers(names));
        Assert.Null(source.Mount);
        Assert.Contains($" {source.Path} ", File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.Equal("value", store.Read(image, "etc/name"));
        Assert.Same(source, store.Images.OpenLayers(names)[0]);

        store.Reopen(LayerStorage.Mounted);
        Assert.False(Directory.Exists(source.Path));
        store.Reopen(LayerStorage.Attached);
        Assert.Equal("value", store.Read(image, "etc/name"));
        store.Remove("x:1");
        Assert.False(Directory.Exists(source.Path));
        Assert.DoesNotContain(store.Data, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("cut")]
    [InlineData("changed")]
    public void A_damaged_index_is_written_again(string damage)
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Import(Tar);
        string index = Path.Combine(DirectoryOf(store, image), "layer.erofs");
        byte[] before = File.ReadAllBytes(index);
        switch (damage)
        {
            case "gone":
                File.Delete(index);
                break;
            case "cut":
                File.WriteAllBytes(index, before[..1000]);
                break;
            default:
                File.WriteAllBytes(index, [.. before[..1600], (byte)~before[1600], .. before[1601..]]);
                break;
        }
        store.Reopen();
        Assert.Equal("value", store.Read(image, "etc/name"));
        Assert.Equal(before, File.ReadAllBytes(index));
    }

    [Fact]
    public void An_index_of_another_version_is_written_again()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Import(Tar);
        string record = Path.Combine(DirectoryOf(store, image), "layer.json");
        string text = File.ReadAllText(record);
        File.WriteAllText(record, text.Replace($"\"version\": {LayerIndex.FormatVersion}", "\"version\": 9999", StringComparison.Ordinal));
        Assert.NotEqual(text, File.ReadAllText(record));
        store.Reopen();
        Assert.Equal("value", store.Read(image, "etc/name"));
        Assert.Equal(text, File.ReadAllText(record));
    }

    [Fact]
    public void A_store_that_mounted_unpacks_when_it_no_longer_can()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Import(Tar);
        store.Reopen(LayerStorage.Unpacked);
        Assert.Equal("value", store.Read(image, "etc/name"));
        Assert.Contains("fs", FilesOf(store, image));
        store.Reopen(LayerStorage.Mounted);
        Assert.NotNull(store.Images.OpenLayers(store.Images.LayerDirectories(image))[0].Mount);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void A_layer_of_an_old_store_without_its_tar_works_on(LayerStorage storage)
    {
        using var store = new TestStore(LayerStorage.Unpacked);
        StoredImage image = store.Import(Tar);
        File.Delete(Path.Combine(DirectoryOf(store, image), "layer.tar"));
        store.Reopen(storage);
        Assert.Equal("value", store.Read(image, "etc/name"));
        Assert.Null(store.Images.OpenTar(image.DiffIds.First()));
    }

    [Fact]
    public void What_no_index_can_hold_is_unpacked()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        // So large that only chunks of 8 MiB are few enough, and each of 200 single bytes would fill one with zeros.
        byte[] tar = SparseTar.WithPieces(count: 200, distance: 1L << 33);
        StoredImage image = store.Import(tar);
        Assert.Equal(["fs", "layer.json", "layer.tar"], FilesOf(store, image));
        Assert.Equal("x", store.Read(image, "small"));
    }

    [Fact]
    public void Removing_an_image_removes_its_mounted_layers()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        string[] before = store.Snapshot();
        StoredImage image = store.Import(Tar, new ImportOptions { Reference = ImageReference.Parse("x:1") });
        Assert.Equal("value", store.Read(image, "etc/name"));
        store.Remove("x:1");
        Assert.Equal(before, store.Snapshot());
    }

    [Fact]
    public void A_refused_layer_leaves_nothing()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        string[] before = store.Snapshot();
        Assert.Throws<ImageArchiveException>(() => store.Import(new TarBuilder().File("../out").ToArray()));
        Assert.Equal(before, store.Snapshot());
    }

    private static string DirectoryOf(TestStore store, StoredImage image) =>
        Path.GetDirectoryName(store.Images.LayerDirectories(image)[0])!;

    private static string?[] FilesOf(TestStore store, StoredImage image) =>
        [.. Directory.EnumerateFileSystemEntries(DirectoryOf(store, image)).Select(Path.GetFileName).Order(StringComparer.Ordinal)];
}

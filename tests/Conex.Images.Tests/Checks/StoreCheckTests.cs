using Conex.Images.Checks;
using Conex.Images.Layers;
using Conex.Images.Tests.Fixtures;
using Conex.Images.Tests.Registries;

namespace Conex.Images.Tests.Checks;

/// <summary>What is damaged in a store is found, told in one sentence, and put right where that is asked for and possible.</summary>
public sealed class StoreCheckTests
{
    private static readonly byte[] Tar = new TarBuilder()
        .Directory(".")
        .File("name", "value")
        .File("big", new string('b', 100_000))
        .ToArray();

    public StoreCheckTests() => IndexedLayer.Need();

    [Fact]
    public void A_whole_store_is_sound()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        store.Import(Tar);
        StoreReport report = store.Check();
        Assert.Empty(report.Findings);
        Assert.Equal((2, 1, 1), (report.Blobs, report.Layers, report.Images));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_index_is_written_again(bool quick)
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Import(Tar);
        string index = Path.Combine(LayerOf(store, image), "layer.erofs");
        byte[] right = File.ReadAllBytes(index);
        if (quick)
        {
            File.Delete(index);
        }
        else
        {
            File.WriteAllBytes(index, [.. right[..1600], (byte)~right[1600], .. right[1601..]]);
        }
        Assert.Contains("its index is missing, damaged", Only(store.Check(quick: quick)).Problem);
        Assert.True(Only(store.Check(repair: true, quick)).IsRepaired);
        Assert.Equal(right, File.ReadAllBytes(index));
        Assert.Empty(store.Check().Findings);
    }

    [Fact]
    public async Task A_damaged_tar_is_written_again_from_its_compressed_form()
    {
        using var house = new PullHouse();
        house.Registry.Offer(new TestImage(Tar), "1");
        StoredImage image = (await house.PullAsync()).Image;
        string tar = Path.Combine(LayerOf(house.Store, image), "layer.tar");
        Damage(tar);

        StoreReport found = house.Store.Check();
        Assert.Contains(found.Findings, one => one.Problem.Contains("its tar has the digest", StringComparison.Ordinal));
        Assert.Contains(found.Findings, one => one.Problem.Contains("is not whole", StringComparison.Ordinal));
        Assert.True(Only(house.Store.Check(repair: true)).IsRepaired);

        Assert.Equal(Tar, await File.ReadAllBytesAsync(tar, TestContext.Current.CancellationToken));
        Assert.Empty(house.Store.Check().Findings);
        Assert.Equal("value", house.Store.Read(image, "name"));
    }

    [Fact]
    public void An_image_that_cannot_be_made_whole_is_removed_by_name_with_its_layer()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Load(TestImage.DockerArchive((new TestImage(Tar), ["lost:1"])))[0].Image;
        StoredImage other = store.Load(TestImage.DockerArchive((TestImage.With("whole"), ["whole:1"])))[0].Image;
        Damage(Path.Combine(LayerOf(store, image), "layer.tar"));

        StoreReport report = store.Check(repair: true);

        Assert.Contains(
            report.Findings,
            one => one.IsRepaired && one.ToString().StartsWith("image lost:1 is not whole", StringComparison.Ordinal)
        );
        Assert.Null(store.Images.Find("lost:1"));
        Assert.False(Directory.Exists(LayerOf(store, image)));
        Assert.Equal("whole", store.Read(other, "file"));
        Assert.Empty(store.Check().Findings);
    }

    [Fact]
    public void An_image_that_a_container_uses_stays()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Load(TestImage.DockerArchive((new TestImage(Tar), ["used:1"])))[0].Image;
        Damage(Path.Combine(LayerOf(store, image), "layer.tar"));
        StoreReport report = store.Check(repair: true, users: id => id == image.Id ? [new ImageUser(new string('c', 64), false)] : []);
        Assert.Contains(
            report.Findings,
            one => !one.IsRepaired && one.Help.StartsWith("container cccccccccccc uses it", StringComparison.Ordinal)
        );
        Assert.NotNull(store.Images.Find("used:1"));
        Assert.True(Directory.Exists(LayerOf(store, image)));
    }

    [Theory]
    [InlineData("layer.json", "")]
    [InlineData("layer.json", "{")]
    public void A_layers_record_is_written_again(string file, string content)
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Import(Tar);
        string record = Path.Combine(LayerOf(store, image), file);
        if (content.Length == 0)
        {
            File.Delete(record);
        }
        else
        {
            File.WriteAllText(record, content);
        }
        Assert.True(Only(store.Check(repair: true, quick: true)).IsRepaired);
        Assert.Equal("value", store.Read(image, "name"));
        Assert.Empty(store.Check().Findings);
    }

    [Fact]
    public void An_images_record_is_written_again_with_its_names()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Load(TestImage.DockerArchive((new TestImage(Tar), ["again:1"])))[0].Image;
        File.WriteAllText(Path.Combine(store.Data, "images", image.Id.Hex + ".json"), "{");
        store.Reopen();
        Assert.Null(store.Images.Find("again:1"));

        Assert.Contains("written again", Only(store.Check(repair: true)).Help);

        StoredImage found = store.Images.Resolve("again:1");
        Assert.Equal((image.Id, image.Manifest), (found.Id, found.Manifest));
        Assert.Empty(store.Check().Findings);
    }

    [Fact]
    public void What_was_a_layer_and_cannot_be_deleted_is_found()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        string left = Path.Combine(store.Data, "layers/sha256/.removed-1");
        string mounted = Path.Combine(left, "fs/mounted");
        Directory.CreateDirectory(mounted);
        Directory.SetLastWriteTimeUtc(left, DateTime.UnixEpoch);
        Tool.Run(store.Data, "mount", "-t", "tmpfs", "none", mounted);
        try
        {
            store.Reopen();
            Assert.Equal([left], store.LayerEntries());
            Assert.Contains($"{left} is left", Assert.Single(store.Check().Findings).Problem, StringComparison.Ordinal);
        }
        finally
        {
            Tool.Run(store.Data, "umount", mounted);
        }
        store.Reopen();
        Assert.Empty(store.LayerEntries());
        Assert.Empty(store.Check().Findings);
    }

    [Fact]
    public void What_belongs_to_nothing_is_found_and_removed()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = store.Import(Tar);
        string stray = Path.Combine(store.Data, "content/blobs/sha256", TestImage.DigestOf([1]).Hex);
        File.WriteAllBytes(stray, [1]);
        string orphan = Path.Combine(store.Data, "layers/sha256", new string('0', 64));
        Directory.CreateDirectory(orphan);
        string inner = Path.Combine(LayerOf(store, image), ".fs.tmp");
        Directory.CreateDirectory(inner);
        string temporary = Path.Combine(store.Data, "tmp/blob-77");
        File.WriteAllText(temporary, "");
        File.SetLastWriteTimeUtc(temporary, DateTime.UnixEpoch);

        Assert.Equal(4, store.Check().Findings.Count);
        Assert.True(File.Exists(stray) && Directory.Exists(orphan) && Directory.Exists(inner) && File.Exists(temporary));
        Assert.All(store.Check(repair: true).Findings, one => Assert.True(one.IsRepaired));
        Assert.False(File.Exists(stray) || Directory.Exists(orphan) || Directory.Exists(inner) || File.Exists(temporary));
        Assert.Empty(store.Check().Findings);
    }

    [Fact]
    public async Task A_damaged_compressed_layer_costs_only_the_push_its_bytes()
    {
        using var house = new PullHouse();
        house.Registry.Offer(new TestImage(Tar), "1");
        StoredImage image = (await house.PullAsync()).Image;
        string blob = Directory
            .GetFiles(Path.Combine(house.Store.Data, "content/blobs/sha256"))
            .Single(path => !((string[])[image.Id.Hex, image.Manifest.Hex]).Contains(Path.GetFileName(path)));
        Damage(blob);
        Assert.Contains("a compressed layer", Only(house.Store.Check()).Problem);
        Assert.Empty(house.Store.Check(quick: true).Findings);
        Assert.True(Only(house.Store.Check(repair: true)).IsRepaired);
        Assert.False(File.Exists(blob));
        Assert.Equal("value", house.Store.Read(image, "name"));
        Assert.Empty(house.Store.Check().Findings);
    }

    private static void Damage(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 0x55;
        File.WriteAllBytes(file, bytes);
    }

    private static string LayerOf(TestStore store, StoredImage image) =>
        Path.Combine(store.Data, "layers/sha256", Assert.Single(image.Layers).DiffId.Hex);

    private static StoreFinding Only(StoreReport report)
    {
        StoreFinding finding = Assert.Single(report.Findings);
        Assert.DoesNotContain('\n', finding.ToString());
        return finding;
    }
}

using Conex.Images.Archives;
using Conex.Images.Catalog;
using Conex.Images.Checks;
using Conex.Images.Layers;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Tests.Checks;

/// <summary>A store may have a layer that an earlier version took in and this one refuses: that is told, and nothing of it is lost.</summary>
public sealed class RefusedTarCheckTests
{
    private static readonly byte[] Taken = Start().ToArray();
    private static readonly byte[] Refused = Start().HardLink("hard", "hard").ToArray();

    public RefusedTarCheckTests() => IndexedLayer.Need();

    [Theory]
    [InlineData(LayerStorage.Mounted, "layer.erofs")]
    [InlineData(LayerStorage.Mounted, "layer.json")]
    [InlineData(LayerStorage.Unpacked, "layer.json")]
    [InlineData(LayerStorage.Unpacked, null)]
    public void What_this_version_refuses_is_told_in_one_sentence_and_stays(LayerStorage storage, string? lost)
    {
        using var store = new TestStore(storage);
        StoredImage image = AddRefused(store, out string directory);
        if (lost is not null)
        {
            File.Delete(Path.Combine(directory, lost));
        }
        string[] before = [.. Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

        foreach (bool repair in (bool[])[false, true, true])
        {
            StoreFinding found = Assert.Single(store.Check(repair).Findings);
            Assert.False(found.IsRepaired);
            Assert.StartsWith(
                "this version refuses its tar (the layer has a hard link, hard, to itself), so it stays as it is",
                found.Help,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain('\n', found.ToString());
        }

        Assert.Equal(image.Id, store.Images.Resolve("old:1").Id);
        Assert.Equal(before, Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        Assert.Equal(Refused, File.ReadAllBytes(Path.Combine(directory, "layer.tar")));
        store.Remove("old:1");
        Assert.False(Directory.Exists(directory));
    }

    private static TarBuilder Start() => new TarBuilder().Directory(".").File("name", "value");

    private static StoredImage AddRefused(TestStore store, out string directory)
    {
        StoredImage taken = store.Import(Taken);
        Digest diffId = TestImage.DigestOf(Refused);
        directory = Path.Combine(store.Data, "layers/sha256", diffId.Hex);
        Tool.Run(store.Data, "cp", "-a", $"layers/sha256/{taken.Layers[0].DiffId.Hex}", directory);
        store.Remove(taken.Id.ToString());
        File.WriteAllBytes(Path.Combine(directory, "layer.tar"), Refused);
        using DirectoryHandle layer = PathAt.OpenDirectory(directory);
        LayerRecord record = LayerFiles.TryReadRecord(layer)! with { DiffId = diffId.ToString(), TarSize = Refused.Length };
        LayerFiles.WriteRecord(layer, record);
        StoredLayer[] layers = [new(diffId, record.TarSize, record.ContentSize)];
        byte[] config = new TestImage(Refused).Config;
        var image = new NewImage(config, PlainManifest.For(config, layers), layers, [ImageReference.Parse("old:1")]);
        return store.Images.Register([image])[0].Image;
    }
}

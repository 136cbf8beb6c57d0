using System.Security.Cryptography;
using Conex.Images.Layers;
using Conex.Images.Tests.Fixtures;

namespace Conex.Images.Tests.Archives;

/// <summary>A layer's tar that an archive brings as it is becomes the store's without a second copy.</summary>
public sealed class AdoptedLayerTests
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(700_000);

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void A_large_layer_is_kept_byte_for_byte_with_its_files(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        Assert.SkipUnless(
            storage == LayerStorage.Unpacked || store.Images.Trial.Best != LayerStorage.Unpacked,
            "layers cannot be mounted here"
        );
        byte[] layer = new TarBuilder().File("large", Content).File("dir/after", "still found").ToArray();
        StoredImage image = store.Load(TestImage.DockerArchive((new TestImage(layer), ["x:latest"])))[0].Image;
        Assert.Equal("still found", store.Read(image, "dir/after"));
        using (Stream tar = store.Images.OpenTar(TestImage.DigestOf(layer))!)
        {
            using var bytes = new MemoryStream();
            tar.CopyTo(bytes);
            Assert.Equal(layer, bytes.ToArray());
        }
        string directory = store.Images.OpenLayers(store.Images.LayerDirectories(image))[0].Path;
        Assert.Equal(Content, File.ReadAllBytes(Path.Combine(directory, "large")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Data, "tmp")));
    }

    [Fact]
    public void It_is_loaded_again_and_by_another_image_without_being_taken_twice()
    {
        using var store = new TestStore();
        byte[] layer = new TarBuilder().File("large", Content).ToArray();
        byte[] other = new TarBuilder().File("other", Content).ToArray();
        byte[] both = TestImage.DockerArchive((new TestImage(layer), ["x:1"]), (new TestImage(layer, other), ["x:2"]));
        Assert.Equal(2, store.Load(both).Count);
        string[] once = store.Snapshot();
        store.Load(both);
        Assert.Equal(once, store.Snapshot());
    }

    [Fact]
    public void One_that_is_no_tar_although_its_digest_is_right_leaves_nothing()
    {
        using var store = new TestStore();
        Assert.Contains("no tar at all", store.Refuse(TestImage.DockerArchive((new TestImage(Content), ["x:latest"]))));
    }

    [Fact]
    public void One_whose_last_file_is_cut_off_leaves_nothing()
    {
        using var store = new TestStore();
        byte[] layer = new TarBuilder().File("large", Content).ToArray();
        Assert.Contains("cut off", store.Refuse(TestImage.DockerArchive((new TestImage(layer[..600_000]), ["x:latest"]))));
    }
}

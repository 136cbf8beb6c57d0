using Conex.Images.Archives;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Archives;

/// <summary>What skopeo and podman call <c>dir:</c>, which comes as a tar.</summary>
public sealed class DirectoryFormTests
{
    private static readonly TestImage Image = TestImage.With("x");
    private static readonly byte[] Layer = Image.Layers[0];
    private static readonly byte[] Manifest = new Manifest
    {
        SchemaVersion = 2,
        MediaType = MediaType.DockerManifest,
        Config = TestImage.Describe(Image.Config, MediaType.DockerConfig),
        Layers = [TestImage.Describe(Layer, MediaType.DockerLayer)],
    }.ToUtf8Json();

    [Fact]
    public void A_manifest_and_what_it_names_are_an_image_without_a_name()
    {
        using var store = new TestStore();
        LoadedImage loaded = Assert.Single(store.Load(Blobs().File("manifest.json", Manifest).ToArray()));
        Assert.Equal([$"Loaded image ID: {Image.Id}"], loaded.Lines);
        Assert.Equal("x", store.Read(loaded.Image, "file"));
        Assert.Equal(TestImage.DigestOf(Manifest), loaded.Image.Manifest);
    }

    [Fact]
    public void An_index_names_manifests_of_platforms()
    {
        Descriptor mine = TestImage.Describe(Manifest, MediaType.DockerManifest) with
        {
            Platform = new() { Os = "linux", Architecture = "amd64" },
        };
        Descriptor other = TestImage.Describe("{}"u8.ToArray(), MediaType.DockerManifest) with
        {
            Platform = new() { Os = "linux", Architecture = "s390x" },
        };
        byte[] archive = Blobs()
            .File($"{TestImage.DigestOf(Manifest).Hex}.manifest.json", Manifest)
            .File("manifest.json", TestImage.Index(other, mine))
            .ToArray();
        using var store = new TestStore();
        Assert.Equal(Image.Id, store.Load(archive, new LoadOptions { Platform = Platform.Parse("linux/amd64") })[0].Image.Id);
        string message = store.Refuse(archive, new LoadOptions { Platform = Platform.Parse("linux/riscv64") });
        Assert.Contains("no image for linux/riscv64, only for linux/s390x, linux/amd64", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_or_damaged_is_named()
    {
        using var store = new TestStore();
        string hex = TestImage.DigestOf(Layer).Hex;
        TarBuilder bare = new TarBuilder().File(Image.Id.Hex, Image.Config).File("manifest.json", Manifest);
        Assert.Contains($"the layer sha256:{hex} is missing", store.Refuse(bare.ToArray()), StringComparison.Ordinal);
        byte[] damaged = [.. Layer];
        damaged[0] ^= 1;
        Assert.Contains($"{hex} of the archive is damaged", store.Refuse(bare.File(hex, damaged).ToArray()), StringComparison.Ordinal);
        Assert.Contains("config", store.Refuse(Blobs().File("manifest.json", "{\"schemaVersion\":2}").ToArray()), StringComparison.Ordinal);
    }

    private static TarBuilder Blobs() =>
        new TarBuilder()
            .File("version", "Directory Transport Version: 1.1\n")
            .File(Image.Id.Hex, Image.Config)
            .File(TestImage.DigestOf(Layer).Hex, Layer);
}

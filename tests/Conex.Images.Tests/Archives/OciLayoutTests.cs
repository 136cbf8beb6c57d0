using Conex.Images.Archives;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Archives;

public sealed class OciLayoutTests
{
    private const string ContainerdName = "io.containerd.image.name";
    private const string RefName = "org.opencontainers.image.ref.name";

    [Theory]
    [InlineData(MediaType.OciLayer)]
    [InlineData(MediaType.OciLayerGzip)]
    [InlineData(MediaType.OciLayerZstd)]
    public void Layers_may_be_compressed(string type)
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        Descriptor manifest = TestImage
            .With("x")
            .AddTo(
                layout,
                layer =>
                    MediaType.CompressionOf(type) switch
                    {
                        LayerCompression.Gzip => TestImage.Gzip(layer),
                        LayerCompression.Zstd => TestImage.Zstd(layer),
                        _ => layer,
                    },
                type
            );
        LoadedImage loaded = Assert.Single(store.Load(TestImage.Layout(layout, TestImage.Named(manifest, RefName, "example.org/x:1"))));
        Assert.Equal(["Loaded image: example.org/x:1"], loaded.Lines);
        Assert.Equal("x", store.Read(loaded.Image, "file"));
        Assert.Equal(manifest.Digest, loaded.Image.Manifest);
    }

    [Fact]
    public void The_full_name_wins_over_the_short_one()
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        Descriptor manifest = TestImage.With("x").AddTo(layout, layer => layer) with
        {
            Annotations = new Dictionary<string, string> { [RefName] = "latest", [ContainerdName] = "docker.io/library/full:latest" },
        };
        Assert.Equal(["Loaded image: full:latest"], store.Load(TestImage.Layout(layout, manifest))[0].Lines);
    }

    [Fact]
    public void A_bare_tag_is_no_name() => IsNoName("latest");

    [Fact]
    public void A_name_that_could_be_taken_for_an_ID_is_refused()
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        Descriptor manifest = TestImage.Named(
            TestImage.With("x").AddTo(layout, layer => layer),
            ContainerdName,
            "docker.io/library/sha256:1"
        );
        Assert.EndsWith(
            "refusing to create an ambiguous tag using digest algorithm as name",
            store.Refuse(TestImage.Layout(layout, manifest)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_ID_is_no_name() => IsNoName(TestImage.With("x").Id.ToString());

    private static void IsNoName(string text)
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        Descriptor manifest = TestImage.Named(TestImage.With("x").AddTo(layout, layer => layer), RefName, text);
        LoadedImage loaded = store.Load(TestImage.Layout(layout, manifest))[0];
        Assert.Equal([$"Loaded image ID: {loaded.Image.Id}"], loaded.Lines);
    }

    [Fact]
    public void Of_nested_indexes_the_machines_platform_is_taken()
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        Descriptor mine = For(TestImage.With("mine").AddTo(layout, layer => layer), "linux", Platform.Current.Architecture);
        Descriptor other = For(TestImage.With("other").AddTo(layout, layer => layer), "linux", "s390x");
        // An attestation of BuildKit: not an image, though its type says so.
        Descriptor attestation = For(TestImage.With("attestation").AddTo(layout, layer => layer), "unknown", "unknown");
        byte[] inner = TestImage.Index(attestation, other, mine);
        byte[] outer = TestImage.Index(TestImage.Describe(inner, MediaType.OciIndex));
        TestImage.AddBlob(layout, inner);
        TestImage.AddBlob(layout, outer);
        byte[] archive = TestImage.Layout(
            layout,
            TestImage.Named(TestImage.Describe(outer, MediaType.OciIndex), ContainerdName, "docker.io/library/multi:latest")
        );
        Assert.Equal("mine", store.Read(Assert.Single(store.Load(archive)).Image, "file"));
        Assert.Equal(
            "other",
            store.Read(store.Load(archive, new LoadOptions { Platform = Platform.Parse("linux/s390x") })[0].Image, "file")
        );
        Assert.Contains(
            "linux/riscv64",
            store.Refuse(archive, new LoadOptions { Platform = Platform.Parse("linux/riscv64") }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Platforms_that_were_not_copied_are_passed_over()
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        Descriptor absent = For(TestImage.With("absent").AddTo(new TarBuilder(), layer => layer), "linux", "s390x");
        Descriptor present = For(TestImage.With("present").AddTo(layout, layer => layer), "linux", Platform.Current.Architecture);
        byte[] index = TestImage.Index(absent, present);
        TestImage.AddBlob(layout, index);
        byte[] archive = TestImage.Layout(layout, TestImage.Describe(index, MediaType.OciIndex));
        Assert.Equal("present", store.Read(store.Load(archive)[0].Image, "file"));
    }

    [Fact]
    public void Manifests_of_one_name_are_platforms_of_one_image()
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        Descriptor other = TestImage.Named(For(TestImage.With("other").AddTo(layout, layer => layer), "linux", "s390x"), RefName, "a:1");
        Descriptor mine = TestImage.Named(
            For(TestImage.With("mine").AddTo(layout, layer => layer), "linux", Platform.Current.Architecture),
            RefName,
            "a:1"
        );
        Assert.Equal("mine", store.Read(Assert.Single(store.Load(TestImage.Layout(layout, other, mine))).Image, "file"));
    }

    [Fact]
    public void A_single_image_of_another_platform_is_loaded_when_none_is_asked_for()
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        Descriptor other = For(TestImage.With("other").AddTo(layout, layer => layer), "linux", "s390x");
        Assert.Single(store.Load(TestImage.Layout(layout, other)));
    }

    [Fact]
    public void An_artifact_is_no_image()
    {
        using var store = new TestStore();
        var layout = new TarBuilder();
        byte[] manifest = new Manifest
        {
            SchemaVersion = 2,
            ArtifactType = "application/vnd.example",
            Config = TestImage.Describe("{}"u8.ToArray(), MediaType.OciEmpty),
            Layers = [],
        }.ToUtf8Json();
        TestImage.AddBlob(layout, manifest);
        Assert.Contains(
            "application/vnd.example",
            store.Refuse(TestImage.Layout(layout, TestImage.Describe(manifest, MediaType.OciManifest))),
            StringComparison.Ordinal
        );
    }

    private static Descriptor For(Descriptor descriptor, string os, string architecture) =>
        descriptor with
        {
            Platform = new ImagePlatform { Os = os, Architecture = architecture },
        };
}

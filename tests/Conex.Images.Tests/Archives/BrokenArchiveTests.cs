using System.Text;
using Conex.Images.Archives;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;
using CsCheck;

namespace Conex.Images.Tests.Archives;

/// <summary>Each ends in one clear sentence, and leaves nothing behind.</summary>
public sealed class BrokenArchiveTests
{
    private static readonly TestImage Image = TestImage.With("x");
    private static readonly byte[] Archive = TestImage.DockerArchive((Image, ["x:latest"]));
    private static readonly string LayerPath = $"{TestImage.DigestOf(Image.Layers[0]).Hex}/layer.tar";

    [Fact]
    public void An_empty_archive() => Refused("the archive is empty", []);

    [Fact]
    public void Something_else_than_a_tar() =>
        Refused("no tar at all", [.. Enumerable.Repeat(Encoding.ASCII.GetBytes("<html>not here</html>\n"), 100).SelectMany(line => line)]);

    [Fact]
    public void A_tar_without_images() => Refused("neither manifest.json", new TarBuilder().File("etc/passwd").ToArray());

    [Fact]
    public void An_archive_that_was_cut_off()
    {
        using var store = new TestStore();
        byte[] gzip = TestImage.Gzip(Archive);
        byte[] zstd = TestImage.Zstd(Archive);
        for (int part = 1; part < 10; part++)
        {
            store.Refuse(Archive[..(Archive.Length * part / 10)]);
            store.Refuse(gzip[..(gzip.Length * part / 10)]);
            store.Refuse(zstd[..(zstd.Length * part / 10)]);
        }
        store.Refuse(gzip[..^10]);
    }

    [Fact]
    public void A_gzip_bomb()
    {
        byte[] zeros = new byte[1 << 20];
        using var stream = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int i = 0; i < 100; i++)
            {
                gzip.Write(zeros);
            }
        }
        stream.Position = 0;
        using Stream plain = Conex.Images.Compression.Decompression.Open(stream, new(10, long.MaxValue) { Allowance = 1 << 20 });
        var error = Assert.Throws<Conex.Images.Compression.CompressionException>(() => plain.CopyTo(Stream.Null));
        Assert.Contains("expands more than 10 times", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_manifest() => Refused("not valid JSON", new TarBuilder().File("manifest.json", "[{").ToArray());

    [Fact]
    public void An_empty_manifest() => Refused("empty list", new TarBuilder().File("manifest.json", "[]").ToArray());

    [Fact]
    public void A_missing_configuration() =>
        Refused("names the configuration", new TarBuilder().File("manifest.json", TestImage.Manifest((Image, []))).ToArray());

    [Fact]
    public void A_missing_layer() =>
        Refused(
            "names the layer",
            new TarBuilder().File("manifest.json", TestImage.Manifest((Image, []))).File($"{Image.Id.Hex}.json", Image.Config).ToArray()
        );

    [Fact]
    public void A_layer_that_is_a_link_to_itself() =>
        Refused(
            "names the layer",
            new TarBuilder()
                .File("manifest.json", TestImage.Manifest((Image, [])))
                .File($"{Image.Id.Hex}.json", Image.Config)
                .SymbolicLink(LayerPath, "layer.tar")
                .ToArray()
        );

    [Fact]
    public void A_path_out_of_the_archive() =>
        Refused("leads out of it", new TarBuilder().File("manifest.json", """[{"Config":"../../etc/passwd","Layers":[]}]""").ToArray());

    [Fact]
    public void A_damaged_configuration() =>
        Refused(
            "is damaged",
            new TarBuilder()
                .File("manifest.json", TestImage.Manifest((Image, [])))
                .File($"{Image.Id.Hex}.json", [.. Image.Config, (byte)' '])
                .File(LayerPath, Image.Layers[0])
                .ToArray()
        );

    [Fact]
    public void A_configuration_larger_than_any_real_one() =>
        Refused(
            "a document of an image has 4194304 at most",
            new TarBuilder()
                .File("manifest.json", TestImage.Manifest((Image, [])))
                .File($"{Image.Id.Hex}.json", [.. Image.Config, .. new byte[4 << 20]])
                .File(LayerPath, Image.Layers[0])
                .ToArray()
        );

    [Fact]
    public void A_layer_with_another_diff_ID() => Refused("has the diff ID", WithLayer(new TarBuilder().File("y").ToArray()));

    [Fact]
    public void A_layer_that_is_no_tar() =>
        Refused("no tar at all", TestImage.DockerArchive((new TestImage([.. Enumerable.Repeat((byte)'x', 2000)]), [])));

    [Fact]
    public void A_layer_that_leads_out_of_itself()
    {
        byte[] evil = new TarBuilder().File("../../../../evil").ToArray();
        Refused("leads out of it", TestImage.DockerArchive((new TestImage(evil), ["evil:latest"])));
    }

    [Fact]
    public void More_layers_than_diff_IDs()
    {
        var image = new TestImage(Image.Layers[0], Image.Layers[0]) { Config = Image.Config };
        Refused("has 2 layers, but 1 diff IDs", TestImage.DockerArchive((image, [])));
    }

    [Fact]
    public void An_image_of_another_operating_system()
    {
        var image = new TestImage(Image.Layers) { Config = (ImageConfig.Parse(Image.Config) with { Os = "windows" }).ToUtf8Json() };
        Refused("operating system \"windows\"", TestImage.DockerArchive((image, [])));
    }

    [Fact]
    public void An_impossible_name() => Refused("invalid reference format", TestImage.DockerArchive((Image, ["UPPER:latest"])));

    [Fact]
    public void A_name_that_is_an_ID() =>
        Refused("cannot specify 64-byte hexadecimal strings", TestImage.DockerArchive((Image, [Image.Id.Hex])));

    [Fact]
    public void A_good_image_beside_a_broken_one()
    {
        var broken = new TestImage(new TarBuilder().File("../x").ToArray());
        Refused("leads out of it", TestImage.DockerArchive((Image, ["good:latest"]), (broken, ["bad:latest"])));
    }

    [Fact]
    public void A_damaged_blob()
    {
        var layout = new TarBuilder();
        Descriptor manifest = Image.AddTo(layout, layer => layer);
        layout.File($"blobs/sha256/{TestImage.DigestOf(Image.Layers[0]).Hex}", "something else");
        Refused("is damaged: its content has the digest", TestImage.Layout(layout, manifest));
    }

    [Fact]
    public void A_missing_blob()
    {
        var layout = new TarBuilder();
        Descriptor manifest = Image.AddTo(new TarBuilder(), layer => layer);
        Refused("is missing from the archive", TestImage.Layout(layout, manifest));
    }

    [Fact]
    public void A_blob_of_another_size()
    {
        var layout = new TarBuilder();
        Descriptor manifest = Image.AddTo(layout, layer => layer) with { Size = 3 };
        Refused("instead of 3", TestImage.Layout(layout, manifest));
    }

    [Fact]
    public void An_index_within_itself_ends()
    {
        // No digest can contain itself, so the deepest that can be made is a chain.
        var layout = new TarBuilder();
        Descriptor next = Image.AddTo(layout, layer => layer);
        for (int i = 0; i < 20; i++)
        {
            byte[] index = TestImage.Index(next);
            TestImage.AddBlob(layout, index);
            next = TestImage.Describe(index, MediaType.OciIndex);
        }
        Refused("more than 8 levels", TestImage.Layout(layout, next));
    }

    [Fact]
    public void Any_flipped_bytes_end_in_the_declared_exception_and_leave_nothing()
    {
        using var store = new TestStore();
        byte[] seed = TestImage.DockerArchive((Image, ["x:latest"]));
        string[] before = store.Snapshot();
        Gen.Select(Gen.Int[0, seed.Length - 1025], Gen.Byte)
            .Array[1, 4]
            .Sample(
                changes =>
                {
                    byte[] archive = [.. seed];
                    foreach ((int at, byte value) in changes)
                    {
                        archive[at] = value;
                    }
                    try
                    {
                        foreach (LoadedImage loaded in store.Load(archive))
                        {
                            store.Remove(loaded.Image.Id.ToString(), force: true);
                        }
                    }
                    catch (ImageArchiveException) { }
                    Assert.Equal(before, store.Snapshot());
                },
                iter: 300,
                threads: 1
            );
    }

    private static byte[] WithLayer(byte[] layer) =>
        new TarBuilder()
            .File("manifest.json", TestImage.Manifest((Image, [])))
            .File($"{Image.Id.Hex}.json", Image.Config)
            .File(LayerPath, layer)
            .ToArray();

    private static void Refused(string reason, byte[] archive)
    {
        using var store = new TestStore();
        Assert.Contains(reason, store.Refuse(archive), StringComparison.Ordinal);
    }
}

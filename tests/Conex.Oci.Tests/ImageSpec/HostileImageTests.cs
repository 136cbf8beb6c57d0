using System.Text;
using Conex.Oci.ImageSpec;
using CsCheck;

namespace Conex.Oci.Tests.ImageSpec;

public sealed class HostileImageTests
{
    private const string DigestText = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string GoodDescriptor = $$$"""{"mediaType":"m","digest":"{{{DigestText}}}","size":1}""";

    [Theory]
    [InlineData("""{"mediaType":"m","digest":"DIGEST","size":-5}""", "size: expected a size of 0 or more, found -5")]
    [InlineData("""{"mediaType":"m","digest":"DIGEST","size":1e3}""", "size: expected a size of 0 or more, found 1e3")]
    [InlineData(
        """{"mediaType":"m","digest":"DIGEST","size":9223372036854775808}""",
        "size: expected a size of 0 or more, found 9223372036854775808"
    )]
    [InlineData("""{"mediaType":"m","digest":"DIGEST"}""", "size is missing")]
    [InlineData("""{"mediaType":"m","size":1}""", "digest is missing")]
    [InlineData("""{"digest":"DIGEST","size":1}""", "mediaType is missing")]
    [InlineData("""{"mediaType":"m","digest":"","size":1}""", "digest: expected a digest (invalid checksum digest format), found \"\"")]
    [InlineData(
        """{"mediaType":"m","digest":"sha256:../../../etc","size":1}""",
        "digest: expected a digest (invalid checksum digest length), found \"sha256:../../../etc\""
    )]
    [InlineData("""{"mediaType":"m","digest":"DIGEST","size":1,"data":"!"}""", "data: expected bytes in base64, found \"!\"")]
    public void A_bad_descriptor_is_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => ParseDescriptor(text)).Message);

    [Theory]
    [InlineData("""{"schemaVersion":1,"config":D,"layers":[]}""", "schemaVersion: expected 2, found 1")]
    [InlineData("""{"config":D,"layers":[]}""", "schemaVersion is missing")]
    [InlineData("""{"schemaVersion":2,"layers":[]}""", "config is missing")]
    [InlineData("""{"schemaVersion":2,"config":D}""", "layers is missing")]
    [InlineData("""{"schemaVersion":2,"config":D,"layers":null}""", "layers is missing")]
    [InlineData("""{"schemaVersion":2,"config":D,"layers":[D,{"mediaType":"m","size":1}]}""", "layers[1].digest is missing")]
    public void A_bad_manifest_is_refused(string text, string message) =>
        Assert.Equal(
            message,
            Assert
                .Throws<FormatException>(() =>
                    Manifest.Parse(Encoding.UTF8.GetBytes(text.Replace("D", GoodDescriptor, StringComparison.Ordinal)))
                )
                .Message
        );

    [Theory]
    [InlineData("""{}""", "rootfs is missing")]
    [InlineData("""{"rootfs":{"type":"layers"}}""", "rootfs.diff_ids is missing")]
    [InlineData(
        """{"rootfs":{"type":"layers","diff_ids":["x"]}}""",
        "rootfs.diff_ids[0]: expected a digest (invalid checksum digest format), found \"x\""
    )]
    [InlineData("""{"rootfs":{"type":"tree","diff_ids":[]}}""", "rootfs.type: expected \"layers\", found \"tree\"")]
    [InlineData("""{"created":"yesterday"}""", "created: expected a date and time such as 2026-01-02T03:04:05Z, found \"yesterday\"")]
    [InlineData("""{"config":{"ExposedPorts":["80"]}}""", "config.ExposedPorts: expected an object, found a list")]
    [InlineData("""{"config":{"Healthcheck":{"Interval":"30s"}}}""", "config.Healthcheck.Interval: expected an integer, found \"30s\"")]
    public void A_bad_configuration_is_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => ImageConfig.Parse(Encoding.UTF8.GetBytes(text))).Message);

    [Theory]
    [InlineData("history", "[", "{}", "]", "an object")]
    [InlineData("config\":{\"Env", "[", "\"A=b\"", "]}", "\"A=b\"")]
    [InlineData("config\":{\"Labels", "{", "\"KEY\":\"\"", "}}", "\"KEY\"")]
    [InlineData("config\":{\"Volumes", "{", "\"KEY\":{}", "}}", "\"KEY\"")]
    public void What_would_take_many_times_its_size_in_memory_is_refused(string member, string begin, string item, string end, string found)
    {
        string Text(int count) =>
            $$$"""{"rootfs":{"type":"layers","diff_ids":[]},"{{{member}}}":{{{begin}}}"""
            + string.Join(',', Enumerable.Range(0, count).Select(i => item.Replace("KEY", $"{i}", StringComparison.Ordinal)))
            + $$"""{{end}}}""";
        Assert.NotNull(ImageConfig.Parse(Encoding.UTF8.GetBytes(Text(65_536))));
        string message = Assert.Throws<FormatException>(() => ImageConfig.Parse(Encoding.UTF8.GetBytes(Text(65_537)))).Message;
        Assert.Contains("expected at most 65536 items", message, StringComparison.Ordinal);
        Assert.Contains(found.Replace("KEY", "65536", StringComparison.Ordinal), message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layout_of_another_version_is_refused() =>
        Assert.Equal(
            "imageLayoutVersion: expected \"1.0.0\", found \"2.0.0\"",
            Assert.Throws<FormatException>(() => ImageLayout.Parse("""{"imageLayoutVersion":"2.0.0"}"""u8)).Message
        );

    [Fact]
    public void An_archives_list_must_be_a_list() =>
        Assert.Equal(
            "the document: expected a list, found an object",
            Assert.Throws<FormatException>(() => DockerArchiveImage.ParseList("{}"u8)).Message
        );

    [Fact]
    public void Parse_throws_nothing_but_FormatException()
    {
        byte[] whole = Encoding.UTF8.GetBytes(
            $$$"""{"schemaVersion":2,"created":"2015-10-31T22:22:56Z","config":{{{GoodDescriptor}}},"layers":[{{{GoodDescriptor}}}],"manifests":[{{{GoodDescriptor}}}],"rootfs":{"type":"layers","diff_ids":["{{{DigestText}}}"]}}"""
        );
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, 30], Gen.Byte.Array[0, 8])
            .Sample(
                (at, length, inserted) =>
                {
                    byte[] document = [.. whole.AsSpan(0, at), .. inserted, .. whole.AsSpan(Math.Min(at + length, whole.Length))];
                    OnlyFormatException(() => Manifest.Parse(document));
                    OnlyFormatException(() => ImageIndex.Parse(document));
                    OnlyFormatException(() => ImageConfig.Parse(document));
                    OnlyFormatException(() => DockerArchiveImage.ParseList(document));
                }
            );
    }

    private static Descriptor ParseDescriptor(string text) =>
        Descriptor.Parse(Encoding.UTF8.GetBytes(text.Replace("DIGEST", DigestText, StringComparison.Ordinal)));

    private static void OnlyFormatException(Func<object> parse)
    {
        try
        {
            parse();
        }
        catch (FormatException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}

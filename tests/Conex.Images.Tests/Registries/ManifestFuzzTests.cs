using System.Text;
using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;
using CsCheck;

namespace Conex.Images.Tests.Registries;

/// <summary>Whatever a registry sends as a document is understood or refused, never a crash.</summary>
public sealed class ManifestFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        TestImage.Index(
            TestImage.Describe([1], MediaType.OciManifest) with
            {
                Platform = new ImagePlatform
                {
                    Os = "linux",
                    Architecture = "arm",
                    Variant = "v7",
                },
            }
        ),
        new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaType.OciManifest,
            Config = TestImage.Describe([2], MediaType.OciConfig),
            Layers = [TestImage.Describe([3], MediaType.OciLayerGzip) with { Urls = ["https://x.example/y"] }],
        }.ToUtf8Json(),
        """{"schemaVersion":1,"fsLayers":[]}"""u8.ToArray(),
    ];

    private static readonly Gen<byte[]> Documents = Gen.Select(
            Gen.Int[0, Seeds.Length - 1],
            Gen.Select(
                Gen.Int[0, 2000],
                OneOf("\"", "{", "}", "[", "]", "null", "-1", "1e999", ",", "\\u0000", "sha256:", "\u00ff", "99999999999999999999")
            ).Array[0, 6]
        )
        .Select(
            (seed, edits) =>
            {
                string text = Encoding.UTF8.GetString(Seeds[seed]);
                foreach ((int at, string what) in edits)
                {
                    int position = at % (text.Length + 1);
                    text = text[..position] + what + text[Math.Min(text.Length, position + (at % 3))..];
                }
                return Encoding.UTF8.GetBytes(text);
            }
        );

    [Fact]
    public void A_document_is_understood_or_refused() =>
        Documents.Sample(
            bytes =>
            {
                ManifestDocument document = ManifestDocument.From(bytes, "text/plain; charset=utf-8");
                Assert.Equal(TestImage.DigestOf(bytes), document.Digest);
                try
                {
                    IReadOnlyList<Descriptor> manifests = ImageIndex.Parse(bytes).Manifests;
                    _ = PlatformChoice.Choose(manifests, Platform.Current);
                    Assert.NotEmpty(PlatformChoice.Offered(manifests));
                }
                catch (FormatException refused)
                {
                    Assert.NotEmpty(refused.Message);
                }
                try
                {
                    Assert.Equal(2, Manifest.Parse(bytes).SchemaVersion);
                }
                catch (FormatException refused)
                {
                    Assert.NotEmpty(refused.Message);
                }
            },
            time: 3
        );

    [Fact]
    public void A_challenge_is_taken_apart_whatever_it_is() =>
        Gen.OneOf(Gen.String, Gen.String[OneOf('B', '=', '"', ',', ' ', '\\', 'a', '\t'), 0, 40])
            .Sample(header => Assert.All(Challenge.Parse([header]), challenge => Assert.NotEmpty(challenge.Scheme)), time: 2);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}

using CsCheck;

namespace Conex.Oci.Tests;

public sealed class ReferenceFuzzTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String,
        Gen.String[OneOf('a', 'B', '0', '.', '-', '_', '/', ':', '@', '[', ']', '\u0130', '%'), 0, 40],
        Gen.Select(
                Gen.String[Gen.Char['a', 'z'], 1, 8],
                OneOf("", ":5000", ".example", "//", "/"),
                OneOf("", ":tag", ":", "@sha256:", $"@sha256:{new string('a', 64)}")
            )
            .Select((name, middle, end) => $"{name}{middle}/{name}{end}")
    );

    [Fact]
    public void A_reference_is_refused_or_reads_as_itself_again() =>
        Texts.Sample(
            text =>
            {
                if (!ImageReference.TryParse(text, out ImageReference reference))
                {
                    Assert.NotEmpty(Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message);
                    return;
                }
                Assert.Equal(reference, ImageReference.Parse(reference.ToString()));
                Assert.Equal(reference, ImageReference.Parse(reference.Familiar));
                // What becomes a part of a URL's path has no way out of it.
                Assert.DoesNotContain("..", reference.Path, StringComparison.Ordinal);
                Assert.DoesNotContain("//", reference.Path, StringComparison.Ordinal);
                Assert.All(
                    reference.Path,
                    c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || "._-/".Contains(c, StringComparison.Ordinal))
                );
                Assert.True(
                    Uri.TryCreate($"https://{reference.RegistryHost}/v2/{reference.Path}/", UriKind.Absolute, out Uri? url)
                        || reference.Domain.Contains('[', StringComparison.Ordinal)
                        || HasOddPort(reference)
                );
                Assert.True(url is null || url.AbsolutePath == $"/v2/{reference.Path}/");
            },
            time: 3
        );

    private static bool HasOddPort(ImageReference reference) => reference.Domain.Contains(':', StringComparison.Ordinal);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}

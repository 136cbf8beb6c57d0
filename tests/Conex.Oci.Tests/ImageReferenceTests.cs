using CsCheck;

namespace Conex.Oci.Tests;

public sealed class ImageReferenceTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("ubuntu", "docker.io", "library/ubuntu", null)]
    [InlineData("ubuntu:24.04", "docker.io", "library/ubuntu", "24.04")]
    [InlineData("library/ubuntu", "docker.io", "library/ubuntu", null)]
    [InlineData("docker.io/ubuntu", "docker.io", "library/ubuntu", null)]
    [InlineData("docker.io/library/ubuntu:a", "docker.io", "library/ubuntu", "a")]
    [InlineData("index.docker.io/ubuntu", "docker.io", "library/ubuntu", null)]
    [InlineData("index.docker.io/me/app", "docker.io", "me/app", null)]
    [InlineData("me/app", "docker.io", "me/app", null)]
    [InlineData("me/app/part:1", "docker.io", "me/app/part", "1")]
    [InlineData("localhost/app", "localhost", "app", null)]
    [InlineData("localhost:5000/app:v1", "localhost:5000", "app", "v1")]
    [InlineData("registry.example/app", "registry.example", "app", null)]
    [InlineData("registry.example:5000/team/app:Tag_1.2-3", "registry.example:5000", "team/app", "Tag_1.2-3")]
    [InlineData("host:80/a", "host:80", "a", null)]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000", "app", null)]
    [InlineData("[fc00::1]:5000/app:x", "[fc00::1]:5000", "app", "x")]
    [InlineData("[::1]/app", "[::1]", "app", null)]
    [InlineData("Host/app", "Host", "app", null)]
    [InlineData("xn--7o8h.example/app", "xn--7o8h.example", "app", null)]
    [InlineData("a.b/c", "a.b", "c", null)]
    [InlineData("a__b/c---d/e.f", "docker.io", "a__b/c---d/e.f", null)]
    [InlineData("app:_", "docker.io", "library/app", "_")]
    [InlineData("host:80", "docker.io", "library/host", "80")]
    [InlineData("0/0", "docker.io", "0/0", null)]
    public void A_reference_is_normalised(string text, string domain, string path, string? tag)
    {
        ImageReference reference = ImageReference.Parse(text);

        Assert.Equal((domain, path, tag), (reference.Domain, reference.Path, reference.Tag));
        Assert.Null(reference.Digest);
        Assert.Equal(domain + "/" + path + (tag is null ? "" : ":" + tag), reference.ToString());
    }

    [Theory]
    [InlineData("ubuntu@sha256:" + Hex, null)]
    [InlineData("ubuntu:24.04@sha256:" + Hex, "24.04")]
    public void A_digest_may_follow(string text, string? tag)
    {
        ImageReference reference = ImageReference.Parse(text);

        Assert.Equal(tag, reference.Tag);
        Assert.Equal("sha256:" + Hex, reference.Digest.ToString());
        Assert.Equal("docker.io/library/" + text, reference.ToString());
        Assert.Equal(text, reference.Familiar);
    }

    [Theory]
    [InlineData("", "invalid reference format")]
    [InlineData(" ", "invalid reference format")]
    [InlineData(":a", "invalid reference format")]
    [InlineData("a:", "invalid reference format")]
    [InlineData("a b", "invalid reference format")]
    [InlineData("a//b", "invalid reference format")]
    [InlineData("/a", "invalid reference format")]
    [InlineData("a/", "invalid reference format")]
    [InlineData("docker.io/", "invalid reference format")]
    [InlineData("-a", "invalid reference format")]
    [InlineData("a-", "invalid reference format")]
    [InlineData("a___b", "invalid reference format")]
    [InlineData("a..b", "invalid reference format")]
    [InlineData("a._b", "invalid reference format")]
    [InlineData("_a", "invalid reference format")]
    [InlineData("../etc", "invalid reference format")]
    [InlineData("a:.b", "invalid reference format")]
    [InlineData("a:-b", "invalid reference format")]
    [InlineData("a:b:c", "invalid reference format")]
    [InlineData("a:b/c:d:e", "invalid reference format")]
    [InlineData("-host.example/a", "invalid reference format")]
    [InlineData("host-.example/a", "invalid reference format")]
    [InlineData("host..example/a", "invalid reference format")]
    [InlineData("host.example:/a", "invalid reference format")]
    [InlineData("host.example:x/a", "invalid reference format")]
    [InlineData("ho_st.example/a", "invalid reference format")]
    [InlineData("[::1/a", "invalid reference format")]
    [InlineData("[]:5000/a", "invalid reference format")]
    [InlineData("[g::1]/a", "invalid reference format")]
    [InlineData("[fe80::1%eth0]/a", "invalid reference format")]
    [InlineData("https://registry.example/a", "invalid reference format")]
    [InlineData("a@", "invalid reference format")]
    [InlineData("a@sha256:abc", "invalid reference format")]
    [InlineData("a@1sha256:" + Hex, "invalid reference format")]
    [InlineData("a@sha256+:" + Hex, "invalid reference format")]
    [InlineData("a@sha256:" + Hex + "@b", "invalid reference format")]
    [InlineData("a@" + Hex, "invalid reference format")]
    [InlineData("a@sha256:e3b0c44298fc1c149afbf4c8996fb924", "invalid checksum digest length")]
    [InlineData("a@sha256+b64:" + Hex, "unsupported digest algorithm")]
    [InlineData("a@sha256:E3B0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "invalid checksum digest format")]
    [InlineData("Ubuntu", "invalid reference format: repository name (library/Ubuntu) must be lowercase")]
    [InlineData("Ubuntu:24.04", "invalid reference format: repository name (library/Ubuntu) must be lowercase")]
    [InlineData("me/App", "invalid reference format: repository name (me/App) must be lowercase")]
    [InlineData("registry.example/me/App:1", "invalid reference format: repository name (me/App) must be lowercase")]
    [InlineData("Me/App", "invalid reference format: repository name (App) must be lowercase")]
    [InlineData("A/b/C", "invalid reference format: repository name (b/C) must be lowercase")]
    [InlineData("Ä", "invalid reference format: repository name (library/Ä) must be lowercase")]
    [InlineData(Hex, "invalid repository name (" + Hex + "), cannot specify 64-byte hexadecimal strings")]
    public void What_is_no_reference_is_refused_in_dockers_words(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message);
        Assert.False(ImageReference.TryParse(text, out _));
    }

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        Assert.True(ImageReference.TryParse("a:" + new string('t', 128), out _));
        Assert.False(ImageReference.TryParse("a:" + new string('t', 129), out _));
    }

    [Fact]
    public void A_path_has_at_most_255_characters()
    {
        Assert.True(ImageReference.TryParse("a/" + new string('b', 253), out _));
        Assert.Equal(
            "repository name must not be more than 255 characters",
            Assert.Throws<FormatException>(() => ImageReference.Parse("a/" + new string('b', 254))).Message
        );
    }

    [Theory]
    [InlineData("docker.io/library/ubuntu", "ubuntu")]
    [InlineData("me/app", "me/app")]
    [InlineData("docker.io/me/app:1", "me/app:1")]
    [InlineData("registry.example/library/app", "registry.example/library/app")]
    [InlineData("library/a/b", "library/a/b")]
    [InlineData("docker.io/foo.bar/app", "docker.io/foo.bar/app")]
    [InlineData("docker.io/localhost/app", "docker.io/localhost/app")]
    [InlineData("library/localhost", "localhost")]
    [InlineData("library/" + Hex, "library/" + Hex)]
    public void The_familiar_name_is_the_shortest_that_means_the_same(string text, string familiar)
    {
        ImageReference reference = ImageReference.Parse(text);

        Assert.Equal(familiar, reference.Familiar);
        Assert.Equal(reference, ImageReference.Parse(familiar));
    }

    [Fact]
    public void Only_a_bare_name_gets_the_default_tag()
    {
        Assert.Equal("docker.io/library/a:latest", ImageReference.Parse("a").WithDefaultTag().ToString());
        Assert.Equal("docker.io/library/a:b", ImageReference.Parse("a:b").WithDefaultTag().ToString());
        Assert.Null(ImageReference.Parse("a@sha256:" + Hex).WithDefaultTag().Tag);
    }

    [Fact]
    public void A_reference_can_be_given_a_tag_or_a_digest()
    {
        ImageReference reference = ImageReference.Parse("a:b");
        Digest digest = Digest.Parse("sha256:" + Hex);

        Assert.Equal("a@sha256:" + Hex, reference.WithDigest(digest).Familiar);
        Assert.Equal("a:c", reference.WithDigest(digest).WithTag("c").Familiar);
        Assert.Equal("a", reference.WithoutTagAndDigest().Familiar);
        Assert.Equal("invalid tag format", Assert.Throws<FormatException>(() => reference.WithTag("c d")).Message);
    }

    [Fact]
    public void The_default_value_is_empty_text() => Assert.Equal("", default(ImageReference).ToString());

    [Fact]
    public void Whatever_parses_survives_a_round_trip_in_both_forms() =>
        Gen.Char["abzA09._-/:@[]"]
            .Array[0, 24]
            .Select(characters => new string(characters))
            .Sample(
                text =>
                    !ImageReference.TryParse(text, out ImageReference reference)
                    || (ImageReference.Parse(reference.ToString()) == reference && ImageReference.Parse(reference.Familiar) == reference),
                iter: 20_000
            );

    [Fact]
    public void Parse_throws_nothing_but_FormatException() =>
        Gen.String.Sample(text =>
        {
            try
            {
                ImageReference.Parse(text);
            }
            catch (FormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        });
}

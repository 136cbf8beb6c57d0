using CsCheck;

namespace Conex.Oci.Tests;

public sealed class DigestTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void A_digest_has_an_algorithm_and_a_hash()
    {
        Digest digest = Digest.Parse("sha256:" + Hex);

        Assert.Equal("sha256", digest.Algorithm);
        Assert.Equal(Hex, digest.Hex);
        Assert.Equal("e3b0c44298fc", digest.Short);
        Assert.Equal("sha256:" + Hex, digest.ToString());
    }

    [Fact]
    public void A_sha512_has_128_digits()
    {
        Digest digest = Digest.Parse("sha512:" + Hex + Hex);

        Assert.Equal("sha512", digest.Algorithm);
        Assert.Equal(Hex + Hex, digest.Hex);
    }

    [Theory]
    [InlineData("", "invalid checksum digest format")]
    [InlineData("sha256", "invalid checksum digest format")]
    [InlineData("sha256:", "invalid checksum digest format")]
    [InlineData(":" + Hex, "invalid checksum digest format")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e", "unsupported digest algorithm")]
    [InlineData("SHA256:" + Hex, "unsupported digest algorithm")]
    [InlineData("sha256:abc", "invalid checksum digest length")]
    [InlineData("sha256:" + Hex + "0", "invalid checksum digest length")]
    [InlineData("sha512:" + Hex, "invalid checksum digest length")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", "invalid checksum digest format")]
    [InlineData("sha256:../../etc/passwd98fc1c149afbf4c8996fb92427ae41e4649b934ca49599ab", "invalid checksum digest format")]
    public void What_is_no_digest_is_refused(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<FormatException>(() => Digest.Parse(text)).Message);
        Assert.False(Digest.TryParse(text, out _));
    }

    [Fact]
    public void Digests_are_equal_by_value() => Assert.Equal(Digest.Parse("sha256:" + Hex), Digest.FromSha256(Convert.FromHexString(Hex)));

    [Fact]
    public void A_hash_of_another_length_makes_no_digest() => Assert.Throws<ArgumentException>(() => Digest.FromSha256(new byte[20]));

    [Fact]
    public void The_default_value_names_nothing()
    {
        Assert.True(default(Digest).IsDefault);
        Assert.Equal("", default(Digest).ToString());
        Assert.Throws<InvalidOperationException>(() => default(Digest).Hex);
    }

    [Fact]
    public void Every_hash_survives_a_round_trip() =>
        Gen.Byte.Array[32].Sample(hash => Digest.FromSha256(hash) == Digest.Parse(Digest.FromSha256(hash).ToString()));

    [Fact]
    public void TryParse_never_throws() => Gen.String.Sample(text => Digest.TryParse(text, out Digest digest) == !digest.IsDefault);
}

using System.Text;
using System.Text.Json;
using Conex.Oci.Credentials;

namespace Conex.Oci.Tests.Credentials;

public sealed class AuthFileTests
{
    private static readonly RegistryCredential User = new() { Username = "u", Password = "p:q" };

    [Fact]
    public void A_credential_is_found_by_host_url_or_the_longest_path()
    {
        AuthFile file = AuthFile.Parse(
            """
            {"auths": {
              "r.example:5000": {"auth": "YTpi"},
              "https://old.example/v1/": {"username": "c", "password": "d"},
              "r.example:5000/team": {"auth": "dGVhbTp4"},
              "https://index.docker.io/v1/": {"auth": "aHViOmg=", "identitytoken": "token"},
              "empty.example": {}
            }}
            """u8
        );

        Assert.Equal("a", file.Find("r.example:5000", "other/app")!.Username);
        Assert.Equal("team", file.Find("r.example:5000", "team/app")!.Username);
        Assert.Equal("a", file.Find("r.example:5000", "teammate/app")!.Username);
        Assert.Equal("d", file.Find("old.example", "x")!.Password);
        Assert.Equal("token", file.Find(ImageReference.DefaultDomain, "library/x")!.IdentityToken);
        Assert.Null(file.Find("empty.example", "x"));
        Assert.Null(file.Find("r.example", "x"));
    }

    [Fact]
    public void Programs_keep_all_or_some()
    {
        AuthFile file = AuthFile.Parse("""{"credsStore": "all", "credHelpers": {"r.example": "one"}}"""u8);

        Assert.Equal("one", file.HelperOf("r.example"));
        Assert.Equal("all", file.HelperOf("other.example"));
        Assert.Null(AuthFile.Parse([]).HelperOf("r.example"));
    }

    [Fact]
    public void A_change_keeps_everything_else()
    {
        byte[] before =
            """{"HttpHeaders": {"A": "b"}, "auths": {"https://r.example/v1/": {"auth": "eDp5"}, "o.example": {"auth": "YTpi", "more": 1}}, "n": 1.50}"""u8.ToArray();

        byte[] with = AuthFile.With(before, "r.example", User);

        Assert.Equal(User, AuthFile.Parse(with).Find("r.example", ""));
        Assert.Equal("a", AuthFile.Parse(with).Find("o.example", "")!.Username);
        using (var document = JsonDocument.Parse(with))
        {
            Assert.Equal("b", document.RootElement.GetProperty("HttpHeaders").GetProperty("A").GetString());
            Assert.Equal("1.50", document.RootElement.GetProperty("n").GetRawText());
            Assert.Equal(1, document.RootElement.GetProperty("auths").GetProperty("o.example").GetProperty("more").GetInt32());
            Assert.Equal(2, document.RootElement.GetProperty("auths").EnumerateObject().Count());
        }
        byte[] without = AuthFile.With(with, "r.example", null);
        Assert.Null(AuthFile.Parse(without).Find("r.example", ""));
        Assert.NotNull(AuthFile.Parse(without).Find("o.example", ""));
        Assert.Equal(User, AuthFile.Parse(AuthFile.With([], "r.example", User)).Find("r.example", ""));
    }

    [Fact]
    public void An_identity_token_is_kept_instead_of_the_password()
    {
        byte[] file = AuthFile.With([], RegistryNames.ServerOf(null), User with { IdentityToken = "t" });

        Assert.DoesNotContain(Convert.ToBase64String("u:p:q"u8), Encoding.UTF8.GetString(file), StringComparison.Ordinal);
        Assert.Equal("t", AuthFile.Parse(file).Find(ImageReference.DefaultDomain, "library/x")!.IdentityToken);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"auths": {"r": {"auth": "%"}}}""")]
    [InlineData("""{"auths": {"r": {"auth": "YQ=="}}}""")]
    public void What_is_no_such_file_is_said(string text) =>
        Assert.NotEmpty(Assert.Throws<FormatException>(() => AuthFile.Parse(Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void A_credential_does_not_print_itself()
    {
        Assert.DoesNotContain("p:q", $"{User}", StringComparison.Ordinal);
        Assert.DoesNotContain("secret", $"{new RegistryCredential { IdentityToken = "secret" }}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, RegistryNames.DefaultServer)]
    [InlineData("docker.io", RegistryNames.DefaultServer)]
    [InlineData("https://index.docker.io/v1/", RegistryNames.DefaultServer)]
    [InlineData("https://r.example/v2/", "r.example")]
    [InlineData("r.example:5000", "r.example:5000")]
    public void Servers_have_the_names_that_docker_gives_them(string? typed, string expected) =>
        Assert.Equal(expected, RegistryNames.ServerOf(typed));
}

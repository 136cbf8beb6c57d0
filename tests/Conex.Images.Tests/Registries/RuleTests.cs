using System.Text;
using Conex.Images.Registries;
using Conex.Oci;

namespace Conex.Images.Tests.Registries;

/// <summary>The rules that need no connection: challenges, proxies, hosts, settings.</summary>
public sealed class RuleTests
{
    [Theory]
    [InlineData("Basic realm=\"a, b\"", "Basic realm=a, b")]
    [InlineData(
        "bearer realm=\"https://t/x\",service=s,scope=\"repository:a/b:pull,push\"",
        "bearer realm=https://t/x service=s scope=repository:a/b:pull,push"
    )]
    [InlineData("Basic realm=x, Bearer realm=\"https://t\" , service=\"a\\\"b\"", "Basic realm=x|Bearer realm=https://t service=a\"b")]
    [InlineData("Negotiate", "Negotiate")]
    [InlineData("Negotiate, Basic realm=r", "Negotiate|Basic realm=r")]
    [InlineData(", ,=,\"", "")]
    [InlineData("Basic realm=\"open", "Basic realm=open")]
    public void Challenges_are_taken_apart(string header, string expected) =>
        Assert.Equal(
            expected,
            string.Join(
                '|',
                Challenge
                    .Parse([header])
                    .Select(one => string.Join(' ', one.Parameters.Select(p => $"{p.Key}={p.Value}").Prepend(one.Scheme)))
            )
        );

    [Theory]
    [InlineData("https://r.example/v2/", "", "http://secure:1/")]
    [InlineData("http://r.example/v2/", "", "http://plain:2/")]
    [InlineData("https://r.example/v2/", "*", null)]
    [InlineData("https://r.example/v2/", "other,r.example", null)]
    [InlineData("https://sub.r.example/v2/", ".r.example", null)]
    [InlineData("https://r.example.evil/v2/", "r.example", "http://secure:1/")]
    [InlineData("https://r.example:5000/v2/", "r.example:5000", null)]
    [InlineData("https://r.example:5000/v2/", "r.example:6000", "http://secure:1/")]
    [InlineData("https://10.1.2.3/v2/", "10.0.0.0/8", null)]
    [InlineData("https://11.1.2.3/v2/", "10.0.0.0/8", "http://secure:1/")]
    [InlineData("https://127.0.0.1:5000/v2/", "", null)]
    [InlineData("https://localhost/v2/", "", null)]
    public void Proxies_of_the_environment(string url, string except, string? proxy)
    {
        var environment = new Dictionary<string, string>
        {
            ["HTTPS_PROXY"] = "secure:1",
            ["HTTP_PROXY"] = "http://ignored:3",
            ["http_proxy"] = "http://plain:2",
            ["NO_PROXY"] = except,
        };

        Assert.Equal(proxy, new EnvironmentProxy(environment.GetValueOrDefault).GetProxy(new Uri(url))?.AbsoluteUri);
    }

    [Theory]
    [InlineData("127.0.0.1:5000", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("localhost:5000", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("10.2.3.4:80", true)]
    [InlineData("r.example:5000", true)]
    [InlineData("r.example", false)]
    [InlineData("name.example:1", true)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    public void Insecure_is_what_is_local_or_named(string authority, bool expected) =>
        Assert.Equal(
            expected,
            HostRules.IsInsecure(authority, new RegistrySettings { InsecureRegistries = ["10.0.0.0/8", "r.example:5000", "name.example"] })
        );

    [Fact]
    public void Settings_are_those_of_dockers_file_and_mirrors_for_any_registry()
    {
        RegistrySettings settings = RegistrySettingsFile.Parse(
            """
            {
              "registry-mirrors": ["https://m.example"], "insecure-registries": ["10.0.0.0/8"], "max-concurrent-downloads": 7, // a remark
              "registries": {"r.example:5000": {"mirrors": ["https://a.example", "http://b.example:1"]}},
              "registry-certificates": ["/certs"], "max-layer-size": "64GiB", "max-layer-expansion": 900
            }
            """u8,
            new RegistrySettings()
        );

        Assert.Equal(["https://m.example"], settings.Mirrors[ImageReference.DefaultDomain]);
        Assert.Equal(["https://a.example", "http://b.example:1"], settings.Mirrors["r.example:5000"]);
        Assert.Equal(["10.0.0.0/8"], settings.InsecureRegistries);
        Assert.Equal(7, settings.ParallelLayers);
        Assert.Equal((64L << 30, 900), (settings.Expansion.Most, settings.Expansion.Ratio));
        Assert.Equal("/certs", settings.CertificateDirectories[0]);
    }

    [Theory]
    [InlineData("{", "")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"x":1}""", "there is no setting \"x\"")]
    [InlineData("""{"registry-mirrors":["m.example"]}""", "\"registry-mirrors\" must be URLs")]
    [InlineData("""{"max-concurrent-downloads":0}""", "a number from 1 to 100")]
    [InlineData("""{"max-layer-size":"12 parsecs"}""", "\"max-layer-size\" must be a number of bytes, or a text as 64GiB")]
    [InlineData("""{"max-layer-expansion":0}""", "a number from 1 to 1000000")]
    [InlineData("""{"registries":{"r":{"x":1}}}""", "the member mirrors and no other")]
    public void Wrong_settings_are_named(string json, string phrase) =>
        Assert.Contains(
            phrase,
            Assert.Throws<FormatException>(() => RegistrySettingsFile.Parse(Encoding.UTF8.GetBytes(json), new RegistrySettings())).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Waits_double_and_differ()
    {
        var first = TimeSpan.FromMilliseconds(100);
        for (int attempt = 0; attempt < 4; attempt++)
        {
            TimeSpan[] waits = [.. Enumerable.Range(0, 50).Select(_ => Backoff.Delay(first, attempt))];
            TimeSpan full = first * Math.Pow(2, attempt);
            Assert.All(waits, wait => Assert.InRange(wait, full / 2, full));
            Assert.True(waits.Distinct().Count() > 10);
        }
        Assert.InRange(Backoff.Delay(first, 1000), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
    }
}

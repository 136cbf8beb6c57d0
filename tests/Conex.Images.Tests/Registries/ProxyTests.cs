using System.Security.Cryptography.X509Certificates;
using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;

namespace Conex.Images.Tests.Registries;

/// <summary>A registry that can be reached through the environment's proxy alone: no name server knows its name.</summary>
public sealed class ProxyTests : IDisposable
{
    private const string Name = "registry.invalid:5000";
    private readonly ScratchDirectory scratch = new();
    private readonly X509Certificate2 authority = TestCertificates.Authority("ours");

    public void Dispose()
    {
        authority.Dispose();
        scratch.Dispose();
    }

    [Theory]
    [InlineData("https_proxy", null)]
    [InlineData("HTTPS_PROXY", "someone:p@ss")]
    public async Task A_registry_with_TLS_is_reached_by_a_tunnel(string variable, string? user)
    {
        using X509Certificate2 server = TestCertificates.Server(authority, "registry.invalid");
        using var house = new PullHouse { Registry = new FakeRegistry(server) };
        using var proxy = new FakeProxy(house.Registry.Port, user);
        Directory.CreateDirectory(scratch[Name]);
        File.WriteAllText(scratch[$"{Name}/ca.crt"], authority.ExportCertificatePem());
        string login = user is null ? "" : $"{Uri.EscapeDataString(user).Replace("%3A", ":", StringComparison.Ordinal)}@";
        house.Settings = house.Settings with
        {
            CertificateDirectories = [scratch.Path],
            Attempts = 1,
            Environment = name => name == variable ? $"http://{login}{proxy.Host}" : null,
        };
        house.Registry.Offer(TestImage.With("x"), "1");

        PulledImage pulled = await house.Client.PullAsync(
            ImageReference.Parse($"{Name}/app:1"),
            new PullOptions(),
            _ => { },
            TestContext.Current.CancellationToken
        );

        Assert.Equal(TestImage.With("x").Id, pulled.Image.Id);
        Assert.NotEmpty(proxy.Requests);
        Assert.All(proxy.Requests, line => Assert.Equal($"CONNECT {Name} HTTP/1.1", line));
    }

    [Fact]
    public async Task A_registry_without_TLS_is_asked_through_the_proxy_by_its_whole_URL()
    {
        using var house = new PullHouse();
        using var proxy = new FakeProxy(house.Registry.Port);
        house.Settings = house.Settings with
        {
            Attempts = 1,
            InsecureRegistries = [Name],
            Environment = name => name is "HTTP_PROXY" or "HTTPS_PROXY" ? proxy.Host : null,
        };
        house.Registry.Offer(TestImage.With("x"), "1");

        PulledImage pulled = await house.Client.PullAsync(
            ImageReference.Parse($"{Name}/app:1"),
            new PullOptions(),
            _ => { },
            TestContext.Current.CancellationToken
        );

        Assert.Equal(TestImage.With("x").Id, pulled.Image.Id);
        Assert.Contains($"GET http://{Name}/v2/app/manifests/1 HTTP/1.1", proxy.Requests);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_named_with_a_sentence_and_an_excepted_host_goes_without()
    {
        using var house = new PullHouse();
        using var proxy = new FakeProxy(house.Registry.Port, "someone:else");
        string except = "";
        house.Settings = house.Settings with
        {
            Attempts = 1,
            Environment = name =>
                name switch
                {
                    "HTTPS_PROXY" => $"http://{proxy.Host}",
                    "NO_PROXY" => except,
                    _ => null,
                },
        };

        string refused = (await Assert.ThrowsAsync<RegistryException>(PullAsync)).Message;
        Assert.Contains("407", refused, StringComparison.Ordinal);

        except = ".invalid";
        string direct = (await Assert.ThrowsAsync<RegistryException>(PullAsync)).Message;
        Assert.DoesNotContain("407", direct, StringComparison.Ordinal);
        Assert.Empty(proxy.Requests);

        async Task PullAsync()
        {
            using var client = new ImageRegistry(house.Store.Images, house.Settings);
            await client.PullAsync(
                ImageReference.Parse($"{Name}/app:1"),
                new PullOptions(),
                _ => { },
                TestContext.Current.CancellationToken
            );
        }
    }
}

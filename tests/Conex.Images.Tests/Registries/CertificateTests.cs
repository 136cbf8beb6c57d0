using System.Security.Cryptography.X509Certificates;
using Conex.Images.Tests.Fixtures;

namespace Conex.Images.Tests.Registries;

/// <summary>TLS with a registry that no authority of the system knows. The machine's own address counts as a stranger's here.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly X509Certificate2 authority = TestCertificates.Authority("ours");
    private readonly X509Certificate2 server;
    private readonly PullHouse house;

    public CertificateTests()
    {
        server = TestCertificates.Server(authority, "localhost");
        house = new PullHouse { Registry = new FakeRegistry(server) };
        house.Settings = house.Settings with { CertificateDirectories = [scratch.Path], Attempts = 1, TrustsLoopback = false };
        house.Registry.Offer(TestImage.With("x"), "1");
    }

    public void Dispose()
    {
        house.Dispose();
        server.Dispose();
        authority.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public async Task An_unknown_registry_is_not_trusted()
    {
        Assert.Contains("certificate", await house.RefuseAsync(), StringComparison.Ordinal);
        Assert.Empty(house.Registry.Requests);
    }

    [Fact]
    public async Task An_authority_in_the_directory_of_the_host_is_trusted()
    {
        Trust(authority);

        Assert.NotNull((await house.PullAsync()).Image);
    }

    [Fact]
    public async Task Another_authority_is_not()
    {
        using X509Certificate2 other = TestCertificates.Authority("other");
        Trust(other);

        Assert.Contains("certificate", await house.RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_insecure_registry_is_not_asked_who_it_is()
    {
        house.Settings = house.Settings with { InsecureRegistries = [house.Registry.Host] };

        Assert.NotNull((await house.PullAsync()).Image);
        Assert.NotEmpty(house.Registry.Requests);
    }

    [Fact]
    public async Task A_registry_that_is_not_insecure_is_never_spoken_to_without_TLS()
    {
        using var plain = new PullHouse { Registry = new FakeRegistry() };
        plain.Settings = plain.Settings with { Attempts = 1, TrustsLoopback = false };
        plain.Registry.Offer(TestImage.With("x"), "1");

        await plain.RefuseAsync();

        Assert.Empty(plain.Registry.Requests);
    }

    [Fact]
    public async Task A_key_without_its_certificate_is_named()
    {
        Directory.CreateDirectory(scratch[house.Registry.Host]);
        File.WriteAllText(scratch[$"{house.Registry.Host}/client.key"], "");

        Assert.Contains("has no client certificate beside it", await house.RefuseAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client.cert", "client.key", true)]
    [InlineData(null, null, false)]
    public async Task A_registry_that_demands_a_certificate_gets_the_one_in_the_hosts_directory(
        string? certificate,
        string? key,
        bool getsIn
    )
    {
        using X509Certificate2 clients = TestCertificates.Authority("clients");
        using var demanding = new PullHouse { Registry = new FakeRegistry(server, clients) };
        demanding.Settings = demanding.Settings with { CertificateDirectories = [scratch.Path], Attempts = 1, TrustsLoopback = false };
        demanding.Registry.Offer(TestImage.With("x"), "1");
        string directory = scratch[demanding.Registry.Host];
        Directory.CreateDirectory(directory);
        File.WriteAllText($"{directory}/ca.crt", authority.ExportCertificatePem());
        if (certificate is not null)
        {
            (string certificatePem, string keyPem) = TestCertificates.Client(clients);
            File.WriteAllText($"{directory}/{certificate}", certificatePem);
            File.WriteAllText($"{directory}/{key}", keyPem);
        }

        if (getsIn)
        {
            Assert.NotNull((await demanding.PullAsync()).Image);
        }
        else
        {
            Assert.Contains("reach the registry", await demanding.RefuseAsync(), StringComparison.Ordinal);
            Assert.Empty(demanding.Registry.Requests);
        }
    }

    [Fact]
    public async Task A_certificate_of_an_authority_that_the_registry_does_not_know_lets_nobody_in()
    {
        using X509Certificate2 clients = TestCertificates.Authority("clients");
        using X509Certificate2 strangers = TestCertificates.Authority("strangers");
        using var demanding = new PullHouse { Registry = new FakeRegistry(server, clients) };
        demanding.Settings = demanding.Settings with { CertificateDirectories = [scratch.Path], Attempts = 1, TrustsLoopback = false };
        string directory = scratch[demanding.Registry.Host];
        Directory.CreateDirectory(directory);
        File.WriteAllText($"{directory}/ca.crt", authority.ExportCertificatePem());
        (string certificate, string key) = TestCertificates.Client(strangers);
        File.WriteAllText($"{directory}/client.cert", certificate);
        File.WriteAllText($"{directory}/client.key", key);

        await demanding.RefuseAsync();

        Assert.Empty(demanding.Registry.Requests);
    }

    private void Trust(X509Certificate2 certificate)
    {
        Directory.CreateDirectory(scratch[house.Registry.Host]);
        File.WriteAllText(scratch[$"{house.Registry.Host}/ca.crt"], certificate.ExportCertificatePem());
    }
}

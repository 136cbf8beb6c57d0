using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conex.Images.Tests.Fixtures;

namespace Conex.Images.Tests.Registries;

/// <summary>TLS with a registry that no authority of the system knows. The machine's own address counts as a stranger's here.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly X509Certificate2 authority = Authority("ours");
    private readonly X509Certificate2 server;
    private readonly PullHouse house;

    public CertificateTests()
    {
        server = Server(authority);
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
        using X509Certificate2 other = Authority("other");
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

    private void Trust(X509Certificate2 certificate)
    {
        Directory.CreateDirectory(scratch[house.Registry.Host]);
        File.WriteAllText(scratch[$"{house.Registry.Host}/ca.crt"], certificate.ExportCertificatePem());
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static X509Certificate2 Server(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=registry", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(
            authority,
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1),
            [1, 2, 3]
        );
        using X509Certificate2 withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}

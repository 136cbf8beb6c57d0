using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conex.EndToEnd.Tests.Support;
using Conex.Images.Tests.Registries;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Debian's registry under a name that no name server knows, behind a proxy that wants a password, with TLS of an authority of its own, for
/// those alone who have a certificate.</summary>
public sealed class GuardedRegistryTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const string Name = "registry.invalid:5000";
    private const string App = $"{Name}/guarded:1";

    public void Dispose()
    {
        house.KillDaemon();
        foreach (string variable in (string[])["CONEX_CONFIG", "HTTPS_PROXY", "NO_PROXY"])
        {
            house.Environment.Remove(variable);
        }
        house.RequireClean();
    }

    [Fact]
    public void Who_has_the_certificate_and_the_proxys_password_gets_in()
    {
        house.Prepare();
        string trusted = $"{house.Place}/certs.d/{Name}";
        using X509Certificate2 authority = TestCertificates.Authority("ours");
        using X509Certificate2 clients = TestCertificates.Authority("clients");
        using var registry = new RegistryServer(certificates: ServerFiles(authority, clients));
        using var proxy = new FakeProxy(registry.Port, "someone:p@ss");
        house.Import(App, "CMD true");

        Use(proxy.Host, "someone:p%40ss@");
        house.Do("push", "-q", App).FailedWith(1, "certificate");

        house.WriteFile($"certs.d/{Name}/ca.crt", authority.ExportCertificatePem());
        Use(proxy.Host, "someone:p%40ss@");
        house.Do("push", "-q", App).FailedWith(1, Name);

        (string certificate, string key) = TestCertificates.Client(clients);
        File.WriteAllText($"{trusted}/client.cert", certificate);
        File.WriteAllText($"{trusted}/client.key", key);
        Use(proxy.Host, "someone:p%40ss@");
        house.Do("push", "-q", App).Succeeded();
        house.Do("rmi", App).Succeeded();
        house.Do("pull", "-q", App).Succeeded();
        house.Do("run", "--rm", "--network", "none", App).Succeeded();
        Assert.All(proxy.Requests, line => Assert.Equal($"CONNECT {Name} HTTP/1.1", line));

        Use(proxy.Host, "someone:else@");
        house.Do("pull", "-q", App).FailedWith(1, "407");

        Use(proxy.Host, "someone:p%40ss@", except: "registry.invalid");
        int before = proxy.Requests.Count;
        house.Do("pull", "-q", App).FailedWith(1, Name);
        Assert.Equal(before, proxy.Requests.Count);
        house.Do("rmi", App).Succeeded();
    }

    /// <summary>Lets the next daemon use the proxy.</summary>
    private void Use(string proxy, string login, string except = "")
    {
        house.KillDaemon();
        house.Environment["CONEX_CONFIG"] = house.WriteFile("conexd.json", $$"""{"registry-certificates": ["{{house.Place}}/certs.d"]}""");
        house.Environment["HTTPS_PROXY"] = $"http://{login}{proxy}";
        house.Environment["NO_PROXY"] = except;
    }

    private string ServerFiles(X509Certificate2 authority, X509Certificate2 clients)
    {
        using X509Certificate2 server = TestCertificates.Server(authority, "registry.invalid");
        using ECDsa key = server.GetECDsaPrivateKey()!;
        house.WriteFile("server/server.cert", server.ExportCertificatePem());
        house.WriteFile("server/server.key", key.ExportPkcs8PrivateKeyPem());
        return Path.GetDirectoryName(house.WriteFile("server/clients.crt", clients.ExportCertificatePem()))!;
    }
}

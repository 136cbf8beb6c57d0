using System.Net;
using System.Net.Sockets;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Debian's docker-registry on a loopback port, with files of its own.</summary>
internal sealed class RegistryServer : IDisposable
{
    /// <summary>Whom the one with a password lets in.</summary>
    internal const string User = "tester";

    internal const string Password = "open sesame";

    private readonly string place;
    private readonly RunningProgram program;

    /// <param name="withPassword">Whether it lets in only <see cref="User"/>.</param>
    /// <param name="certificates">A directory with the PEM files <c>server.cert</c> and <c>server.key</c>, by which it speaks TLS, and
    /// <c>clients.crt</c>, whose clients alone it lets in; null: it does neither.</param>
    internal RegistryServer(bool withPassword = false, string? certificates = null)
    {
        string path = Path.Combine(
            Environment.GetEnvironmentVariable("CONEX_PEERS") ?? Path.Combine(Repository.Root, "artifacts/peers"),
            "registry/usr/bin/docker-registry"
        );
        Assert.SkipUnless(File.Exists(path), $"docker-registry is missing: ./test unpacks it in {path}");
        place = Directory.CreateTempSubdirectory("conex-registry-").FullName;
        Port = LoopbackPorts.Next();
        Host = $"127.0.0.1:{Port}";
        File.WriteAllText($"{place}/htpasswd", $"{User}:$2b$05$EPgloD9yuOSSPwcYnhWRSejShpIoGSGpApMbU9qr5DWJW13QcENkm\n");
        string auth = withPassword ? $"auth:\n  htpasswd:\n    realm: test\n    path: {place}/htpasswd\n" : "";
        string tls = certificates is null
            ? ""
            : $"  tls:\n    certificate: {certificates}/server.cert\n    key: {certificates}/server.key\n    clientcas:\n      - {certificates}/clients.crt\n";
        File.WriteAllText(
            $"{place}/config.yml",
            $"version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: {place}/data\nhttp:\n  addr: {Host}\n  secret: x\n{tls}{auth}"
        );
        program = RunningProgram.Start(path, ["serve", $"{place}/config.yml"], start => start.WorkingDirectory = place);
        Eventually.True(() => program.HasExited || Listens(Port), $"docker-registry listens at {Host}");
        Assert.False(program.HasExited, program.Error);
    }

    internal int Port { get; }

    /// <summary>Host and port.</summary>
    internal string Host { get; }

    /// <summary>The bytes of a manifest as the registry stored them.</summary>
    internal byte[] Manifest(string digest) => File.ReadAllBytes(Blob(digest));

    internal bool Has(string digest) => File.Exists(Blob(digest));

    public void Dispose()
    {
        program.Dispose();
        Directory.Delete(place, recursive: true);
    }

    private string Blob(string digest)
    {
        string hex = digest["sha256:".Length..];
        return $"{place}/data/docker/registry/v2/blobs/sha256/{hex[..2]}/{hex}/data";
    }

    private static bool Listens(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

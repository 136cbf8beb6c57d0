using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Conex.Images.Registries;

/// <summary>What a directory <c>certs.d/HOST:PORT</c> says: whom to trust beside the system's authorities, and who we are.</summary>
internal sealed class HostCertificates
{
    private readonly X509Certificate2Collection authorities = [];
    private readonly X509Certificate2Collection own = [];

    private HostCertificates() { }

    /// <exception cref="RegistryException">A file is no certificate, or a certificate has no key beside it.</exception>
    internal static HostCertificates Read(IReadOnlyList<string> directories, string authority)
    {
        var certificates = new HostCertificates();
        foreach (string directory in directories.Select(parent => Path.Combine(parent, authority)).Where(Directory.Exists))
        {
            foreach (string file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
            {
                certificates.Take(file);
            }
        }
        return certificates;
    }

    internal SslClientAuthenticationOptions Options(bool isInsecure) =>
        new()
        {
            ClientCertificates = own.Count > 0 ? own : null,
            LocalCertificateSelectionCallback = own.Count > 0 ? (_, _, _, _, _) => own[0] : null,
            RemoteCertificateValidationCallback =
                isInsecure ? (_, _, _, _) => isInsecure
                : authorities.Count > 0 ? (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors)
                : null,
        };

    private void Take(string file)
    {
        try
        {
            switch (Path.GetExtension(file))
            {
                case ".crt":
                    authorities.ImportFromPemFile(file);
                    break;
                case ".cert":
                    string key = Path.ChangeExtension(file, ".key");
                    own.Add(
                        File.Exists(key)
                            ? X509Certificate2.CreateFromPemFile(file, key)
                            : throw new RegistryException($"the client certificate {file} has no key beside it: {key} is missing")
                    );
                    break;
                case ".key" when !File.Exists(Path.ChangeExtension(file, ".cert")):
                    throw new RegistryException($"the key {file} has no client certificate beside it");
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new RegistryException($"read the certificate {file}: {e.Message}", cause: e);
        }
    }

    /// <summary>Trusted by the system, or by these authorities alone.</summary>
    private bool IsTrusted(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
        {
            return false;
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509ChainElement element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }
        return chain.Build(leaf);
    }
}

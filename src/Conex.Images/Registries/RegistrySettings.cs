using Conex.Images.Compression;
using Conex.Oci.Credentials;

namespace Conex.Images.Registries;

/// <summary>How registries are reached.</summary>
public sealed record RegistrySettings
{
    /// <summary>What the engine calls itself: <c>conex/1.2.3</c>.</summary>
    public string UserAgent { get; init; } = "conex";

    /// <summary>Registries whose certificate is not checked and which may speak plain HTTP: host, host:port, or addresses as 10.0.0.0/8.
    /// Loopback addresses always may, as with docker.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>For a registry, as names of images have it, the URLs of its mirrors, the first to be asked first.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Mirrors { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Credentials of mirrors, which clients do not know of.</summary>
    public AuthFile MirrorCredentials { get; init; } = AuthFile.Parse([]);

    /// <summary>Directories with a directory for each registry, <c>HOST:PORT</c>: <c>*.crt</c> are authorities to trust, <c>*.cert</c> and
    /// <c>*.key</c> of one name are a client's certificate.</summary>
    public IReadOnlyList<string> CertificateDirectories { get; init; } = ["/etc/conex/certs.d", "/etc/docker/certs.d"];

    /// <summary>How large layers may become, from wherever they come.</summary>
    public ExpansionLimit Expansion { get; init; } = ExpansionLimit.Default;

    /// <summary>How many layers of one image are transferred at a time.</summary>
    public int ParallelLayers { get; init; } = 3;

    /// <summary>How often a call is made before its failure counts.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The wait before the second attempt; it doubles for each further one.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After this long without a byte a connection counts as broken.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Blobs larger than this are pushed in pieces of this size, in bytes.</summary>
    public int UploadChunk { get; init; } = 32 << 20;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether loopback addresses need not prove who they are; tests of TLS have no other address.</summary>
    internal bool TrustsLoopback { get; init; } = true;

    /// <summary>Variables of the environment, for proxies.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}

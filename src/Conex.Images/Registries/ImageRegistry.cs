using Conex.Oci;
using Conex.Oci.Credentials;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>What a store and registries have to do with each other: pull, push, login, and looking. Safe for concurrent calls.</summary>
public sealed class ImageRegistry(ImageStore store, RegistrySettings settings) : IDisposable
{
    private readonly RegistryTransport transport = new(settings);
    private readonly LayerFlights flights = new();

    /// <inheritdoc/>
    public void Dispose() => transport.Dispose();

    /// <summary>Pulls an image.</summary>
    /// <param name="reference">With a tag or a digest.</param>
    /// <param name="report">Gets the steps, from several threads.</param>
    /// <exception cref="RegistryException">The registry cannot be reached or refuses, or what it sends is not an image.</exception>
    public async Task<PulledImage> PullAsync(
        ImageReference reference,
        PullOptions options,
        Action<TransferStep> report,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        using RepositorySet repositories = Repositories(reference, options.Credential);
        return await new ImagePull(store, flights, settings, repositories).RunAsync(
            reference.WithDefaultTag(),
            options.Platform,
            report,
            cancellationToken
        );
    }

    /// <summary>Pushes an image under a name.</summary>
    /// <exception cref="RegistryException">The registry cannot be reached or refuses.</exception>
    public async Task<PushedImage> PushAsync(
        StoredImage image,
        ImageReference reference,
        PushOptions options,
        Action<TransferStep> report,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        using RegistryConnection connection = Connect(reference, options.Credential);
        var repository = new RegistryRepository(connection, reference.Path);
        return await new ImagePush(store, settings, repository, reference.Domain).RunAsync(image, reference, report, cancellationToken);
    }

    /// <summary>All tags of a repository.</summary>
    /// <exception cref="RegistryException">The registry cannot be reached or refuses.</exception>
    public async Task<IReadOnlyList<string>> ListTagsAsync(
        ImageReference reference,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    )
    {
        using RepositorySet repositories = Repositories(reference, credential);
        return await repositories.AskAsync(repository => repository.ListTagsAsync(cancellationToken));
    }

    /// <summary>What says something about a manifest: signatures, lists of contents.</summary>
    /// <param name="reference">With a digest.</param>
    /// <param name="artifactType">Only of this type; null for all.</param>
    /// <exception cref="RegistryException">The registry cannot be reached or refuses.</exception>
    public async Task<IReadOnlyList<Descriptor>> ListReferrersAsync(
        ImageReference reference,
        string? artifactType,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    )
    {
        using RegistryConnection connection = Connect(reference, credential);
        Digest digest = reference.Digest ?? throw new FormatException($"{reference.Familiar} has no digest");
        return await new RegistryRepository(connection, reference.Path).ListReferrersAsync(digest, artifactType, cancellationToken);
    }

    /// <summary>What a name stands for in its registry: a descriptor, and the platforms there are.</summary>
    /// <exception cref="RegistryException">The registry cannot be reached or refuses, or has no such image.</exception>
    public async Task<RemoteDescription> DescribeAsync(
        ImageReference reference,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    )
    {
        using RepositorySet repositories = Repositories(reference, credential);
        return await RemoteDescription.ReadAsync(repositories, reference.WithDefaultTag(), cancellationToken);
    }

    /// <summary>A manifest or index, byte for byte.</summary>
    /// <param name="insecure">Whether the registry need not prove who it is.</param>
    /// <exception cref="RegistryException">The registry cannot be reached or refuses, or has no such thing.</exception>
    public async Task<RemoteManifest> ReadManifestAsync(
        ImageReference reference,
        bool insecure,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    )
    {
        using RegistryTransport? own = insecure ? Insecure(reference) : null;
        using RegistryConnection connection = Connect(reference, credential, own);
        string name = reference.Digest?.ToString() ?? reference.Tag ?? ImageReference.DefaultTag;
        return await RemoteManifest.ReadAsync(new RegistryRepository(connection, reference.Path), name, cancellationToken);
    }

    /// <summary>Pushes an index of images that the same registry has.</summary>
    /// <param name="reference">With a tag.</param>
    /// <param name="sources">For each manifest of the index, the repository that has it.</param>
    /// <param name="insecure">Whether the registry need not prove who it is.</param>
    /// <exception cref="RegistryException">The registry cannot be reached or refuses, or lacks a manifest.</exception>
    public async Task<Digest> PushIndexAsync(
        ImageReference reference,
        byte[] index,
        IReadOnlyDictionary<Digest, string> sources,
        bool insecure,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    )
    {
        using RegistryTransport? own = insecure ? Insecure(reference) : null;
        using RegistryConnection connection = Connect(reference, credential, own);
        var push = new IndexPush(new RegistryRepository(connection, reference.Path), path => new RegistryRepository(connection, path));
        return await push.RunAsync(reference.Tag ?? ImageReference.DefaultTag, index, sources, cancellationToken);
    }

    /// <summary>Looks for repositories by a word.</summary>
    /// <param name="host">The registry; null: the default one.</param>
    /// <param name="limit">At most so many.</param>
    /// <exception cref="RegistryException">The registry cannot be reached, or lets nobody search.</exception>
    public async Task<IReadOnlyList<FoundRepository>> SearchAsync(
        string? host,
        string term,
        int limit,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    )
    {
        string asked = host ?? new Uri(RegistryNames.DefaultServer).Authority;
        using var connection = new RegistryConnection(transport, asked, null, credential ?? new RegistryCredential());
        return await new RegistrySearch(connection, isDefault: host is null).RunAsync(term, limit, cancellationToken);
    }

    /// <summary>Asks a registry whether it accepts a user.</summary>
    /// <param name="server">As the user types it: a host, a URL, or nothing for the default registry.</param>
    /// <returns>A token to keep instead of the password; null where the registry gives none.</returns>
    /// <exception cref="RegistryException">It cannot be reached, or does not accept the user.</exception>
    public async Task<string?> LoginAsync(string? server, RegistryCredential credential, CancellationToken cancellationToken = default)
    {
        string host = RegistryNames.HostOf(RegistryNames.ServerOf(server));
        host = RegistryNames.IsDefault(host) ? ImageReference.DefaultRegistryHost : host;
        using var connection = new RegistryConnection(
            transport,
            host,
            null,
            credential,
            wantsRefreshToken: credential.IdentityToken.Length == 0
        );
        Uri target = await connection.UrlAsync("/v2/", cancellationToken);
        using HttpResponseMessage response = await connection.SendAsync(
            target,
            url => new HttpRequestMessage(HttpMethod.Get, url),
            "",
            cancellationToken
        );
        return response.IsSuccessStatusCode
            ? connection.RefreshToken
            : throw await RegistryBody.FailureAsync(response, $"log in to {host}", cancellationToken);
    }

    private RegistryTransport Insecure(ImageReference reference) =>
        new(settings with { InsecureRegistries = [.. settings.InsecureRegistries, reference.RegistryHost] });

    private RegistryConnection Connect(ImageReference reference, RegistryCredential? credential, RegistryTransport? own = null) =>
        new(own ?? transport, reference.RegistryHost, null, credential ?? new RegistryCredential());

    private RepositorySet Repositories(ImageReference reference, RegistryCredential? credential)
    {
        IEnumerable<RegistryConnection> mirrors = (settings.Mirrors.GetValueOrDefault(reference.Domain) ?? [])
            .Select(mirror => new Uri(mirror))
            .Select(url => new RegistryConnection(
                transport,
                url.Authority,
                url.Scheme,
                settings.MirrorCredentials.Find(url.Authority, reference.Path) ?? new RegistryCredential()
            ));
        return new RepositorySet([
            .. mirrors.Append(Connect(reference, credential)).Select(connection => new RegistryRepository(connection, reference.Path)),
        ]);
    }
}

using Conex.Engine.Errors;
using Conex.Engine.Events;
using Conex.Images;
using Conex.Images.Registries;
using Conex.Oci;
using Conex.Oci.Credentials;

namespace Conex.Engine.Images;

/// <summary>Images on their way from and to registries.</summary>
public sealed class ImageTransfers : IDisposable
{
    private readonly ImageRegistry registry;
    private readonly ImageService images;
    private readonly EventLog events;

    internal ImageTransfers(ImageService images, EventLog events, RegistrySettings settings)
    {
        this.images = images;
        this.events = events;
        registry = new ImageRegistry(images.Store, settings);
    }

    /// <inheritdoc/>
    public void Dispose() => registry.Dispose();

    /// <summary>Pulls an image, or all images of a repository where the name has neither tag nor digest.</summary>
    /// <param name="report">Gets the steps, from several threads; the last is docker's line of what came of it.</param>
    /// <exception cref="NotFoundException">The registry has no such image, or does not show it to this user.</exception>
    /// <exception cref="RegistryException">It cannot be reached, or what it sends cannot be an image.</exception>
    public async Task PullAsync(
        ImageReference reference,
        PullOptions options,
        Action<TransferStep> report,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            bool isNew = false;
            foreach (ImageReference one in await NamesAsync(reference, options, cancellationToken))
            {
                PulledImage pulled = await registry.PullAsync(one, options, report, cancellationToken);
                Publish("pull", pulled.Image.Id, one.Familiar);
                isNew |= pulled.IsNew;
            }
            report(new TransferStep("", $"Status: {(isNew ? "Downloaded newer image" : "Image is up to date")} for {reference.Familiar}"));
        }
        catch (RegistryException e) when (e.IsNotFound || e.IsDenied)
        {
            throw new NotFoundException(PullRefusal(reference, e));
        }
    }

    /// <summary>Pushes an image under a name, or all tags of a repository where the name has none.</summary>
    /// <param name="report">Gets the steps, from several threads.</param>
    /// <returns>What is in the registry now, for each tag.</returns>
    /// <exception cref="NotFoundException">There is no such image here.</exception>
    /// <exception cref="AccessDeniedException">The registry does not let this user push.</exception>
    /// <exception cref="RegistryException">It cannot be reached.</exception>
    public async Task<IReadOnlyList<PushedImage>> PushAsync(
        ImageReference reference,
        PushOptions options,
        Action<TransferStep> report,
        CancellationToken cancellationToken = default
    )
    {
        ImageReference[] names = reference.Tag is not null
            ? [reference]
            : [.. images.List().SelectMany(image => image.Tags).Where(tag => tag.Name == reference.Name)];
        if (names.Length == 0)
        {
            throw new NotFoundException($"An image does not exist locally with the tag: {reference.FamiliarName}");
        }
        List<(ImageReference Name, StoredImage Image)> all =
        [
            .. names.Select(name =>
                (
                    name,
                    images.Find(name.ToString())
                        ?? throw new NotFoundException($"An image does not exist locally with the tag: {name.Familiar}")
                )
            ),
        ];
        report(new TransferStep("", $"The push refers to repository [{reference.Name}]"));
        var pushed = new List<PushedImage>();
        try
        {
            foreach ((ImageReference name, StoredImage image) in all)
            {
                pushed.Add(await registry.PushAsync(image, name, options, report, cancellationToken));
                Publish("push", image.Id, name.Familiar);
            }
        }
        catch (RegistryException e) when (e.IsDenied)
        {
            throw new AccessDeniedException($"push access denied for {reference.FamiliarName}: {e.Message}; \"conex login\" may help");
        }
        return pushed;
    }

    /// <summary>Asks a registry whether it accepts a user.</summary>
    /// <returns>A token to keep instead of the password; null where the registry gives none.</returns>
    /// <exception cref="AccessDeniedException">It does not.</exception>
    /// <exception cref="RegistryException">It cannot be reached.</exception>
    public async Task<string?> LoginAsync(string? server, RegistryCredential credential, CancellationToken cancellationToken = default)
    {
        try
        {
            return await registry.LoginAsync(server, credential, cancellationToken);
        }
        catch (RegistryException e) when (e.IsDenied)
        {
            throw new AccessDeniedException(e.Message);
        }
    }

    /// <summary>What a name stands for in its registry.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public Task<RemoteDescription> DescribeAsync(
        ImageReference reference,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    ) => AskAsync(() => registry.DescribeAsync(reference, credential, cancellationToken));

    /// <summary>A manifest or index, byte for byte.</summary>
    /// <param name="insecure">Whether the registry need not prove who it is.</param>
    /// <inheritdoc cref="AskAsync"/>
    public Task<RemoteManifest> ReadManifestAsync(
        ImageReference reference,
        bool insecure,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    ) => AskAsync(() => registry.ReadManifestAsync(reference, insecure, credential, cancellationToken));

    /// <summary>Pushes an index of images that the same registry has.</summary>
    /// <param name="sources">For each manifest of the index, the repository that has it.</param>
    /// <param name="insecure">Whether the registry need not prove who it is.</param>
    /// <returns>The index's digest.</returns>
    /// <inheritdoc cref="AskAsync"/>
    public Task<Digest> PushIndexAsync(
        ImageReference reference,
        byte[] index,
        IReadOnlyDictionary<Digest, string> sources,
        bool insecure,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    ) => AskAsync(() => registry.PushIndexAsync(reference, index, sources, insecure, credential, cancellationToken));

    /// <summary>Looks for repositories by a word.</summary>
    /// <param name="host">The registry; null: the default one.</param>
    /// <inheritdoc cref="AskAsync"/>
    public Task<IReadOnlyList<FoundRepository>> SearchAsync(
        string? host,
        string term,
        int limit,
        RegistryCredential? credential,
        CancellationToken cancellationToken = default
    ) => AskAsync(() => registry.SearchAsync(host, term, limit, credential, cancellationToken));

    /// <exception cref="NotFoundException">The registry has no such thing.</exception>
    /// <exception cref="AccessDeniedException">It does not show it to this user.</exception>
    /// <exception cref="RegistryException">It cannot be reached.</exception>
    private static async Task<T> AskAsync<T>(Func<Task<T>> question)
    {
        try
        {
            return await question();
        }
        catch (RegistryException e) when (e.IsNotFound)
        {
            throw new NotFoundException(e.Message);
        }
        catch (RegistryException e) when (e.IsDenied)
        {
            throw new AccessDeniedException(e.Message);
        }
    }

    private async Task<IReadOnlyList<ImageReference>> NamesAsync(
        ImageReference reference,
        PullOptions options,
        CancellationToken cancellationToken
    ) =>
        reference.IsNameOnly
            ? [.. (await registry.ListTagsAsync(reference, options.Credential, cancellationToken)).Select(reference.WithTag)]
            : [reference];

    /// <summary>docker's sentences: scripts look for them.</summary>
    private static string PullRefusal(ImageReference reference, RegistryException e) =>
        e.IsDenied ? $"pull access denied for {reference.FamiliarName}, repository does not exist or may require 'conex login': {e.Message}"
        : e.Message.Contains("manifest unknown", StringComparison.Ordinal)
            ? $"manifest for {reference.Familiar} not found: manifest unknown"
        : e.Message;

    private void Publish(string action, Digest id, string name) =>
        events.Publish("image", action, id.ToString(), new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = name });
}

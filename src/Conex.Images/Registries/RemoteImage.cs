using Conex.Images.Content;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>An image as a registry describes it, before its layers are looked at.</summary>
/// <param name="Top">What the tag stands for: an index, or the manifest itself.</param>
/// <param name="Document">The manifest of the chosen platform.</param>
/// <param name="ConfigBytes">The configuration, verified.</param>
internal sealed record RemoteImage(
    ManifestDocument Top,
    ManifestDocument Document,
    Manifest Manifest,
    byte[] ConfigBytes,
    ImageConfig Config
)
{
    private const int MostLayers = 500;
    private const int DeepestIndex = 4;

    /// <summary>Reads manifest and configuration, through indexes.</summary>
    /// <param name="platform">Null: this machine's.</param>
    /// <exception cref="RegistryException">There is none, or it is no image for the platform.</exception>
    internal static async Task<RemoteImage> ReadAsync(
        RepositorySet repositories,
        ImageReference reference,
        Platform? platform,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ReadCheckedAsync(repositories, reference, platform, cancellationToken);
        }
        catch (FormatException e)
        {
            throw new RegistryException($"the image {reference.Familiar} is malformed: {e.Message}", cause: e);
        }
    }

    private static async Task<RemoteImage> ReadCheckedAsync(
        RepositorySet repositories,
        ImageReference reference,
        Platform? platform,
        CancellationToken cancellationToken
    )
    {
        string name = reference.Digest?.ToString() ?? reference.Tag ?? ImageReference.DefaultTag;
        ManifestDocument top = await repositories.AskAsync(repository => repository.GetManifestAsync(name, cancellationToken));
        ManifestDocument document = top;
        for (int depth = 0; document.Kind == MediaKind.Index; depth++)
        {
            if (depth == DeepestIndex)
            {
                throw new RegistryException($"the image {reference.Familiar} has indexes in more than {DeepestIndex} levels: refused");
            }
            IReadOnlyList<Descriptor> manifests = ImageIndex.Parse(document.Bytes).Manifests;
            Descriptor chosen =
                PlatformChoice.Choose(manifests, platform ?? HostPlatform.Current)
                ?? throw new RegistryException(
                    $"no matching manifest for {platform ?? Platform.Current} in the image {reference.Familiar}, which has {PlatformChoice.Offered(manifests)}",
                    System.Net.HttpStatusCode.NotFound
                );
            document = await repositories.AskAsync(repository => repository.GetManifestAsync(chosen.Digest.ToString(), cancellationToken));
        }
        Manifest manifest = Understand(document, reference);
        byte[] bytes = await repositories.AskAsync(repository =>
            repository.GetBlobAsync(manifest.Config, ContentStore.LargestDocument, cancellationToken)
        );
        ImageConfig config = ImageConfig.Parse(bytes);
        Check(config, manifest, reference, platform);
        return new RemoteImage(top, document, manifest, bytes, config);
    }

    private static Manifest Understand(ManifestDocument document, ImageReference reference)
    {
        switch (document.Kind)
        {
            case MediaKind.Schema1Manifest:
                throw new RegistryException(
                    $"the image {reference.Familiar} has docker's first manifest format (schema 1), which is not supported: "
                        + "whoever made it has to push it again with a client of this decade"
                );
            case not MediaKind.Manifest:
                throw new RegistryException($"{reference.Familiar} is no image: the registry sends \"{document.MediaType}\"");
        }
        Manifest manifest = Manifest.Parse(document.Bytes);
        if (MediaType.KindOf(manifest.Config.MediaType) != MediaKind.ImageConfig)
        {
            throw new RegistryException(
                $"{reference.Familiar} is no image but an artifact of type {manifest.ArtifactType ?? manifest.Config.MediaType}"
            );
        }
        if (manifest.Layers.Count > MostLayers)
        {
            throw new RegistryException(
                $"the image {reference.Familiar} has {manifest.Layers.Count} layers, more than {MostLayers}: refused"
            );
        }
        foreach (Descriptor layer in manifest.Layers)
        {
            if (MediaType.CompressionOf(layer.MediaType) is null)
            {
                throw new RegistryException($"the image {reference.Familiar} has a layer of type {layer.MediaType}, which is no tar");
            }
            if (layer.Digest.Algorithm != Digest.Sha256)
            {
                throw new RegistryException($"the layer {layer.Digest} is named by an algorithm that is not supported; sha256 is");
            }
        }
        return manifest;
    }

    private static void Check(ImageConfig config, Manifest manifest, ImageReference reference, Platform? platform)
    {
        if (config.Rootfs.DiffIds.Count != manifest.Layers.Count)
        {
            throw new RegistryException(
                $"the image {reference.Familiar} has {manifest.Layers.Count} layers, but {config.Rootfs.DiffIds.Count} diff IDs in its configuration"
            );
        }
        if (config.Rootfs.DiffIds.Any(diffId => diffId.Algorithm != Digest.Sha256))
        {
            throw new RegistryException($"the image {reference.Familiar} has a diff ID that is no sha256");
        }
        if (config.Os is not ("" or "linux"))
        {
            throw new RegistryException($"image operating system \"{config.Os}\" cannot be used on this platform");
        }
        if (platform is { } asked && config.Architecture.Length > 0 && !asked.Runnable().Contains(config.ToPlatform()))
        {
            throw new RegistryException(
                $"image with reference {reference.Familiar} was found but its platform ({config.ToPlatform()}) does not match the specified platform ({asked})",
                System.Net.HttpStatusCode.NotFound
            );
        }
    }
}

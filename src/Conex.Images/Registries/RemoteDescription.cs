using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>What a name stands for in its registry.</summary>
/// <param name="Descriptor">Of the index or manifest.</param>
/// <param name="Platforms">Those that an image is there for.</param>
public sealed record RemoteDescription(Descriptor Descriptor, IReadOnlyList<Platform> Platforms)
{
    internal static async Task<RemoteDescription> ReadAsync(
        RepositorySet repositories,
        ImageReference reference,
        CancellationToken cancellationToken
    )
    {
        string name = reference.Digest?.ToString() ?? reference.Tag!;
        ManifestDocument document = await repositories.AskAsync(repository => repository.GetManifestAsync(name, cancellationToken));
        var descriptor = new Descriptor
        {
            MediaType = document.MediaType,
            Digest = document.Digest,
            Size = document.Bytes.Length,
        };
        try
        {
            if (document.Kind == MediaKind.Index)
            {
                IReadOnlyList<Descriptor> manifests = ImageIndex.Parse(document.Bytes).Manifests;
                return new RemoteDescription(
                    descriptor,
                    [.. manifests.Select(manifest => manifest.Platform?.ToPlatform()).OfType<Platform>()]
                );
            }
            RemoteImage image = await RemoteImage.ReadAsync(repositories, reference, null, cancellationToken);
            return new RemoteDescription(descriptor, [image.Config.ToPlatform()]);
        }
        catch (FormatException e)
        {
            throw new RegistryException($"{reference.Familiar} is malformed: {e.Message}", cause: e);
        }
    }
}

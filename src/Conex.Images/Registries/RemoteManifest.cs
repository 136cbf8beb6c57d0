using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>A manifest or index of a registry, byte for byte.</summary>
/// <param name="Platform">What an image's configuration says that it runs on; null for an index and for what is no image.</param>
public sealed record RemoteManifest(byte[] Bytes, string MediaType, Digest Digest, Platform? Platform)
{
    private const int ConfigLimit = 8 << 20;

    /// <exception cref="RegistryException">There is no such manifest, or it is malformed.</exception>
    internal static async Task<RemoteManifest> ReadAsync(RegistryRepository repository, string name, CancellationToken cancellationToken)
    {
        ManifestDocument document = await repository.GetManifestAsync(name, cancellationToken);
        try
        {
            Platform? platform = null;
            if (
                document.Kind == MediaKind.Manifest
                && Manifest.Parse(document.Bytes).Config is var config
                && Oci.MediaType.KindOf(config.MediaType) == MediaKind.ImageConfig
            )
            {
                byte[] bytes = await repository.GetBlobAsync(config, ConfigLimit, cancellationToken);
                platform = ImageConfig.Parse(bytes).ToPlatform();
            }
            return new RemoteManifest(document.Bytes, document.MediaType, document.Digest, platform);
        }
        catch (FormatException e)
        {
            throw new RegistryException($"the manifest {name} of {repository.Name} is malformed: {e.Message}", cause: e);
        }
    }
}

using Conex.Cli.Credentials;
using Conex.Cli.Output;
using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Cli.Manifests;

/// <summary>Manifests of registries, which the engine reads: this program speaks with no registry itself.</summary>
internal static class RemoteManifests
{
    /// <exception cref="CommandException">The name is none.</exception>
    internal static ImageReference Parse(string text) =>
        ImageReference.TryParse(text, out var reference)
            ? reference.WithDefaultTag()
            : throw new CommandException($"invalid reference format: {text}");

    internal static RegistryManifest Read(EngineClient client, ImageReference reference, bool insecure) =>
        client.Images.Manifest(reference.ToString(), insecure, CredentialFiles.For(reference.ToString()));

    /// <summary>The manifest of one image.</summary>
    /// <param name="platform">What it runs on where an index says so; null: what its configuration says.</param>
    /// <exception cref="CommandException">It is none.</exception>
    internal static ManifestEntry ReadImage(EngineClient client, ImageReference reference, bool insecure, ImagePlatform? platform = null)
    {
        var manifest = Read(client, reference, insecure);
        if (MediaType.KindOf(manifest.MediaType) != MediaKind.Manifest)
            throw new CommandException($"{reference} is a manifest list");
        return new ManifestEntry(
            reference,
            new Descriptor
            {
                MediaType = MediaType.WithoutParameters(manifest.MediaType),
                Digest = Digest.Parse(manifest.Digest),
                Size = manifest.Bytes.Length,
                Platform = platform ?? PlatformOf(manifest),
            },
            manifest.Bytes
        );
    }

    private static ImagePlatform? PlatformOf(RegistryManifest manifest)
    {
        if (!Platform.TryParse(manifest.Platform, out var platform))
            return null;
        return new ImagePlatform
        {
            Os = platform.Os,
            Architecture = platform.Architecture,
            Variant = platform.Variant.Length > 0 ? platform.Variant : null,
        };
    }
}

using Conex.Oci;
using Conex.Oci.Credentials;

namespace Conex.Images.Registries;

/// <summary>How to pull.</summary>
public sealed record PullOptions
{
    /// <summary>Which image of an index to take; null is this machine's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Who asks; null: nobody in particular.</summary>
    public RegistryCredential? Credential { get; init; }
}

/// <summary>What a pull brought.</summary>
/// <param name="Image">The image.</param>
/// <param name="Reference">Its name.</param>
/// <param name="Digest">What the tag stands for in the registry.</param>
/// <param name="IsNew">Whether name and image did not belong together before.</param>
public sealed record PulledImage(StoredImage Image, ImageReference Reference, Digest Digest, bool IsNew);

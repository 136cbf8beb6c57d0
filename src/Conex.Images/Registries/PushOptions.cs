using Conex.Oci;
using Conex.Oci.Credentials;

namespace Conex.Images.Registries;

/// <summary>How to push.</summary>
public sealed record PushOptions
{
    /// <summary>Who pushes; null: nobody in particular.</summary>
    public RegistryCredential? Credential { get; init; }
}

/// <summary>What a push left in the registry.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">Of the manifest.</param>
/// <param name="Size">Of the manifest, in bytes.</param>
public sealed record PushedImage(string Tag, Digest Digest, long Size);

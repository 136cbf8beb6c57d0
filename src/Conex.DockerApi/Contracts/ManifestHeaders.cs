namespace Conex.DockerApi.Contracts;

/// <summary>Headers of this engine's calls about manifests.</summary>
public static class ManifestHeaders
{
    /// <summary>The digest of the document, as the distribution specification has it.</summary>
    public const string Digest = "Docker-Content-Digest";

    /// <summary>What an image runs on, as <c>linux/arm64/v8</c>.</summary>
    public const string Platform = "Conex-Platform";
}

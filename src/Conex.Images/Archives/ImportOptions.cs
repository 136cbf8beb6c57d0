using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>What to say of an imported root filesystem.</summary>
public sealed record ImportOptions
{
    /// <summary>The name; null leaves the image without one.</summary>
    public ImageReference? Reference { get; init; }

    /// <summary>Dockerfile instructions: CMD, ENTRYPOINT, ENV, EXPOSE, USER, WORKDIR, LABEL, VOLUME, STOPSIGNAL.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>The comment in the history.</summary>
    public string Message { get; init; } = "";

    /// <summary>The platform of the files; null is this machine's.</summary>
    public Platform? Platform { get; init; }
}

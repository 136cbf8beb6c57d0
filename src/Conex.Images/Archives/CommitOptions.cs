using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>What an image made of a container is to be.</summary>
public sealed record CommitOptions
{
    /// <summary>The image that the container was made from.</summary>
    public required StoredImage Parent { get; init; }

    /// <summary>How containers of the new image run, before <see cref="Changes"/>.</summary>
    public required ImageExecution Execution { get; init; }

    /// <summary>The name; null leaves the image without one.</summary>
    public ImageReference? Reference { get; init; }

    /// <summary>Dockerfile instructions, as in <see cref="ImportOptions.Changes"/>.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Who made it.</summary>
    public string Author { get; init; } = "";

    /// <summary>The comment in the history.</summary>
    public string Message { get; init; } = "";

    /// <summary>What the container ran, for the history.</summary>
    public string CreatedBy { get; init; } = "";
}

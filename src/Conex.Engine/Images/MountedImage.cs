using Conex.Oci;

namespace Conex.Engine.Images;

/// <summary>An image that is mounted on the host for somebody to look into.</summary>
/// <param name="Names">Its familiar names.</param>
/// <param name="Path">Where.</param>
public sealed record MountedImage(Digest Id, IReadOnlyList<string> Names, string Path);

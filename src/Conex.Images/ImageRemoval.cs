namespace Conex.Images;

/// <summary>One line of docker rmi; exactly one of the two is set.</summary>
/// <param name="Untagged">A familiar name that is gone: <c>hello:latest</c>.</param>
/// <param name="Deleted">The digest of an image, or the chain ID of a layer, that is gone.</param>
public sealed record ImageRemoval(string? Untagged, string? Deleted);

/// <summary>A container that was made from an image.</summary>
public sealed record ImageUser(string ContainerId, bool IsRunning);

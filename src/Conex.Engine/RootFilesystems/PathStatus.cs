using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>What is at a path of a container.</summary>
/// <param name="Name">The path's last component.</param>
/// <param name="Status">Of the name itself: a symbolic link is not followed, unless the path ends with a slash.</param>
/// <param name="LinkTarget">Where a symbolic link leads in the end, absolute in the container, whether something is there or not; else empty.</param>
public sealed record PathStatus(string Name, FileStatus Status, string LinkTarget);

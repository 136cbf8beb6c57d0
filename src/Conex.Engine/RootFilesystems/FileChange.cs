namespace Conex.Engine.RootFilesystems;

/// <summary>What a container did to a path of its image.</summary>
/// <param name="Path">Absolute, in the container.</param>
public sealed record FileChange(string Path, ChangeKind Kind);

/// <summary>Docker's kinds by its numbers.</summary>
public enum ChangeKind
{
    /// <summary>Content, mode, owner or time are other ones, or something below is.</summary>
    Changed = 0,

    /// <summary>It was not there.</summary>
    Added = 1,

    /// <summary>It is not there any more.</summary>
    Deleted = 2,
}

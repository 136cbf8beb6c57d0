namespace Conex.Runtime.LaunchPlans;

/// <summary>A tmpfs that begins with what the directory below it holds.</summary>
/// <param name="Path">Its mount point.</param>
/// <param name="KeepOwner">Whether its options name its owner.</param>
public sealed record CopyUp(string Path, bool KeepOwner);

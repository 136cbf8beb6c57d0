namespace Conex.Engine.RootFilesystems;

/// <summary>How an archive is written into a container.</summary>
/// <param name="KeepsKinds">A directory may not give way to what is none, nor the other way round.</param>
/// <param name="OwnedByContainer">Everything belongs to the container's user, if its configuration names one.</param>
public sealed record CopyOptions(bool KeepsKinds, bool OwnedByContainer);

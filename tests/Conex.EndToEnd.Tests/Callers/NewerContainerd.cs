namespace Conex.EndToEnd.Tests.Callers;

/// <summary>The containerd of a newer Debian.</summary>
public sealed class NewerContainerd : Containerd
{
    public NewerContainerd()
        : base(UnpackedPeers.NewerContainerd) { }
}

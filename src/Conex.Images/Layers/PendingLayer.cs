using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>A layer that is unpacked under a temporary name and verified; gone when disposed, unless committed.</summary>
public sealed class PendingLayer : IDisposable
{
    internal PendingLayer(DirectoryHandle store, string name, StoredLayer layer)
    {
        Store = store;
        Name = name;
        Layer = layer;
    }

    /// <summary>What was unpacked.</summary>
    public StoredLayer Layer { get; }

    internal DirectoryHandle Store { get; }

    internal string Name { get; }

    internal bool IsCommitted { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!IsCommitted)
        {
            DirectoryTree.Remove(Store, Name);
            IsCommitted = true;
        }
    }
}

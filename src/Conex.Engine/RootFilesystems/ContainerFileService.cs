using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Images.Layers;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>The files of containers, running or not. A reference is a name, an ID or a unique prefix of an ID; every method throws
/// <see cref="NotFoundException"/> when nothing fits.</summary>
public sealed class ContainerFileService
{
    private readonly ContainerIndex index;
    private readonly ContainerEvents events;
    private readonly ContainerLayers layers;

    internal ContainerFileService(ContainerIndex index, ContainerEvents events, ContainerLayers layers)
    {
        this.index = index;
        this.events = events;
        this.layers = layers;
    }

    /// <summary>Opens a container's root file system, without what is mounted in it, to write it as a tar: dispose what is returned.</summary>
    /// <exception cref="ConflictException">The container is being removed.</exception>
    public ExportedRoot Export(string reference)
    {
        Container container = Find(reference);
        IReadOnlyList<LayerSource> sources = layers.Open(container.Record);
        DirectoryHandle root = MergedRoot.OpenReadOnly([container.Files.Upper, .. sources.Select(source => source.Path)]);
        events.Publish(container, "export");
        return new ExportedRoot(root);
    }

    /// <summary>What a container has changed of its image.</summary>
    /// <exception cref="ConflictException">The container is being removed.</exception>
    public IReadOnlyList<FileChange> Changes(string reference)
    {
        Container container = Find(reference);
        IReadOnlyList<LayerSource> sources = layers.Open(container.Record);
        using DirectoryHandle upper = PathAt.OpenDirectory(container.Files.Upper);
        using DirectoryHandle? below = sources.Count == 0 ? null : MergedRoot.OpenReadOnly([.. sources.Select(source => source.Path)]);
        return ChangeList.Of(upper, below, MountPlaces.Of(container.Record));
    }

    private Container Find(string reference)
    {
        Container container = index.Find(reference);
        return container.State.Status == ContainerStatus.Removing ? throw ContainerRemoval.InProgress(container) : container;
    }
}

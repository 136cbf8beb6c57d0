using Conex.Engine.Users;
using Conex.Images;
using Conex.Images.Layers;
using Conex.Images.Trees;
using Conex.Linux.Files;
using Conex.Runtime.Rootfs;

namespace Conex.Engine.Containers;

/// <summary>The layers of containers.</summary>
internal sealed class ContainerLayers(ImageStore images)
{
    /// <summary>Where the layers of a container are, the top-most first. A layer that is mounted is mounted now, unless it is already.</summary>
    internal IReadOnlyList<LayerSource> Open(ContainerRecord record) => images.OpenLayers(record.Layers);

    /// <summary>How the runtime shall put them together: the strategy of rootfs.json.</summary>
    internal string StrategyFor(IReadOnlyList<LayerSource> layers) =>
        layers.Any(layer => layer.Mount is not null) ? RootfsAssembly.OverlayOfMounts
        : images.Trial.TakesLayersOneByOne ? RootfsAssembly.Overlay
        : RootfsAssembly.LegacyOverlay;

    /// <summary>Whether a layer is mounted.</summary>
    internal bool HasMount(string layer) => images.HasMount(layer);

    /// <summary>Takes over a mount that a container has had since a time.</summary>
    internal void Adopt(string layer, FileHandle mount, DateTimeOffset since) => images.AdoptMount(layer, mount, since);

    /// <summary>Resolves a user by the files of a container as its processes see them.</summary>
    internal static ContainerUser FindUser(IReadOnlyList<LayerSource> layers, ContainerRecord record, ContainerFiles files, string user) =>
        UserLookup.Resolve(new LayeredTree([files.Upper, .. layers.Select(layer => layer.Path)]), user, record.Configuration.Host.GroupAdd);
}

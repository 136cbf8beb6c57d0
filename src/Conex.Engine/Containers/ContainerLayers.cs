using Conex.Engine.Users;
using Conex.Images;
using Conex.Images.Layers;

namespace Conex.Engine.Containers;

/// <summary>The layers of containers.</summary>
internal sealed class ContainerLayers(ImageStore images)
{
    /// <summary>Where the layers of a container are, the top-most first. A layer that is mounted is mounted now, unless it is already.</summary>
    internal IReadOnlyList<LayerSource> Open(ContainerRecord record) => images.OpenLayers(record.Layers);

    /// <summary>Resolves a user by the files of a container as its processes see them.</summary>
    internal static ContainerUser FindUser(IReadOnlyList<LayerSource> layers, ContainerRecord record, ContainerFiles files, string user) =>
        UserLookup.Resolve(new LayeredTree([files.Upper, .. layers.Select(layer => layer.Path)]), user, record.Configuration.Host.GroupAdd);
}

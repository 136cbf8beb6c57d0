using System.Globalization;
using Conex.Linux.Mounts;

namespace Conex.Images.Layers;

/// <summary>Where the files of a layer are: a mount without a place, or a directory.</summary>
public sealed record LayerSource
{
    private readonly string? directory;

    internal LayerSource(MountHandle mount) => Mount = mount;

    internal LayerSource(string directory) => this.directory = directory;

    /// <summary>The mount, which the store keeps; null when the layer is unpacked.</summary>
    public MountHandle? Mount { get; }

    /// <summary>The layer's root for this process.</summary>
    public string Path => directory ?? string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{Mount!.Descriptor}");
}

namespace Conex.Images.Layers;

/// <summary>How containers get the files of layers.</summary>
public enum LayerStorage
{
    /// <summary>Whatever a trial in the data directory finds to work.</summary>
    Automatic,

    /// <summary>The tar is mounted by an index, where nobody sees it if overlayfs takes such mounts. Layers that cannot be indexed are unpacked.</summary>
    Mounted,

    /// <summary>The tar is mounted by an index, in a directory of the store: for kernels whose overlayfs takes no mount without a place.</summary>
    Attached,

    /// <summary>The same by loop devices: for kernels whose EROFS takes no files.</summary>
    Looped,

    /// <summary>Every layer is unpacked into a directory, beside its tar.</summary>
    Unpacked,
}

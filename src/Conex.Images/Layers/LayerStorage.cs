namespace Conex.Images.Layers;

/// <summary>How containers get the files of layers.</summary>
public enum LayerStorage
{
    /// <summary>Whatever a trial in the data directory finds to work.</summary>
    Automatic,

    /// <summary>The tar is mounted by an index. Layers that cannot be indexed are unpacked.</summary>
    Mounted,

    /// <summary>Every layer is unpacked into a directory, beside its tar.</summary>
    Unpacked,
}

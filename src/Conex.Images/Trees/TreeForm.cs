namespace Conex.Images.Trees;

/// <summary>What a directory tree is to an archive.</summary>
public enum TreeForm
{
    /// <summary>Files as they are.</summary>
    Plain,

    /// <summary>overlayfs's writable layer: its whiteouts and opaque marks become those of image layers (image-spec layer.md, "Whiteouts").</summary>
    OverlayLayer,
}

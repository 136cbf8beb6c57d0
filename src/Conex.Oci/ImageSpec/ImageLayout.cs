namespace Conex.Oci.ImageSpec;

/// <summary>The <c>oci-layout</c> file that marks a directory of images (image-spec image-layout.md).</summary>
public sealed partial record ImageLayout
{
    /// <summary>The only version there is.</summary>
    public const string Version = "1.0.0";

    /// <summary>The file's name.</summary>
    public const string FileName = "oci-layout";

    /// <summary>The version of the layout.</summary>
    public required string ImageLayoutVersion { get; init; }
}

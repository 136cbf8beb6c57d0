namespace Conex.Oci.ImageSpec;

/// <summary>One entry of <c>manifest.json</c> in an archive that <c>docker save</c> writes. Its paths are relative to the archive's root and not to be trusted.</summary>
public sealed partial record DockerArchiveImage
{
    /// <summary>The list's name in the archive.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The path of the image's configuration.</summary>
    public required string Config { get; init; }

    /// <summary>The names the image goes by.</summary>
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>The paths of the layers, the base first.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>The descriptor of each layer by its diff ID, as docker 25 and later write it. Only written: what an archive says here decides nothing.</summary>
    public IReadOnlyDictionary<string, Descriptor>? LayerSources { get; init; }
}

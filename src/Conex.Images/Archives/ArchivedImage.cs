using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>What an archive says of one image, before its layers are looked at.</summary>
/// <param name="Config">The configuration's bytes.</param>
/// <param name="Manifest">The manifest's bytes; null where the format has none.</param>
/// <param name="Layers">The lowest first.</param>
/// <param name="References">The names it gives.</param>
internal sealed record ArchivedImage(
    byte[] Config,
    byte[]? Manifest,
    IReadOnlyList<ArchivedLayer> Layers,
    IReadOnlyList<ImageReference> References
);

/// <summary>A layer of an archive: a file by its path or digest.</summary>
internal sealed record ArchivedLayer(string Name, ArchiveFile File);

using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>An image on its way into an archive.</summary>
/// <param name="Manifest">The digest of the manifest that names its layers as plain tars.</param>
/// <param name="ManifestSize">Its size in bytes.</param>
/// <param name="References">The names under which it was asked for.</param>
internal sealed record SavedImage(StoredImage Image, Digest Manifest, long ManifestSize, List<ImageReference> References);

using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>How to read an archive.</summary>
public sealed record LoadOptions
{
    /// <summary>Which image of a multi-platform index to take; null is this machine's.</summary>
    public Platform? Platform { get; init; }
}

/// <summary>What is being worked on; for docker's progress lines.</summary>
/// <param name="Item">A short ID of the layer, or a path in the archive while it is read.</param>
/// <param name="Status">docker's words: <c>Loading layer</c>.</param>
/// <param name="Current">Bytes so far.</param>
/// <param name="Total">Bytes in all; 0 when unknown.</param>
public readonly record struct LoadProgress(string Item, string Status, long Current, long Total);

/// <summary>One image of a loaded archive.</summary>
/// <param name="Image">The image.</param>
/// <param name="References">Names that the archive gave it; empty: only the ID is reported.</param>
/// <param name="Replaced">Names that pointed to other images until now, with these images' IDs.</param>
public sealed record LoadedImage(StoredImage Image, IReadOnlyList<ImageReference> References, IReadOnlyList<ReplacedTag> Replaced)
{
    /// <summary>docker's lines: <c>Loaded image: x:latest</c>, or <c>Loaded image ID: sha256:…</c> without a name.</summary>
    public IEnumerable<string> Lines =>
        References.Count == 0 ? [$"Loaded image ID: {Image.Id}"] : References.Select(reference => $"Loaded image: {reference.Familiar}");
}

/// <summary>A name that moved.</summary>
public sealed record ReplacedTag(ImageReference Reference, Digest Former);

using Conex.Oci;

namespace Conex.Images.Catalog;

/// <summary>Finds images by what people type: a name first, then an ID or the beginning of one.</summary>
internal static class ImageLookup
{
    /// <summary>The image, and the name when it was found by one; null when there is none.</summary>
    /// <exception cref="FormatException">The text can be neither name nor ID.</exception>
    /// <exception cref="ImageNotFoundException">It is the beginning of several IDs.</exception>
    internal static (Digest Id, ImageReference? Name)? Find(ImageCatalog catalog, string text)
    {
        string hex = text.StartsWith("sha256:", StringComparison.Ordinal) ? text[7..] : text;
        if (Digest.TryParse("sha256:" + hex, out Digest id))
        {
            return catalog.Find(id) is { IsRemoved: false } ? (id, null) : null;
        }
        ImageReference name = ImageReference.Parse(text).WithDefaultTag();
        if (FindName(catalog, name) is { } found)
        {
            return found;
        }
        Digest[] matches = IsHex(hex) ? [.. Matches(catalog, hex)] : [];
        return matches.Length switch
        {
            0 => null,
            1 => (matches[0], null),
            _ => throw new ImageNotFoundException($"ambiguous reference: {text} is the beginning of {matches.Length} image IDs"),
        };
    }

    /// <summary>docker's sentence for what is not there.</summary>
    internal static ImageNotFoundException NotFound(string text)
    {
        bool isDigest = Digest.TryParse(text, out _) || Digest.TryParse("sha256:" + text, out _);
        return new ImageNotFoundException($"No such image: {(isDigest ? text : ImageReference.Parse(text).WithDefaultTag().Familiar)}");
    }

    private static (Digest, ImageReference?)? FindName(ImageCatalog catalog, ImageReference name)
    {
        if (name.Digest is not { } digest)
        {
            return catalog.Find(name) is { } id ? (id, name) : null;
        }
        // name@digest means the image whose manifest, or ID, that is, when it goes by the name.
        string full = name.WithDigest(digest).ToString();
        foreach (ImageRecord record in catalog.Records)
        {
            if (!record.IsRemoved && record.Digests?.Contains(full, StringComparer.Ordinal) == true)
            {
                return (Digest.Parse(record.Id), null);
            }
            if (!record.IsRemoved && (record.Manifest == digest.ToString() || record.Id == digest.ToString()))
            {
                var id = Digest.Parse(record.Id);
                if (catalog.TagsOf(id).Any(tag => tag.Name == name.Name))
                {
                    return (id, null);
                }
            }
        }
        return null;
    }

    private static IEnumerable<Digest> Matches(ImageCatalog catalog, string prefix) =>
        catalog
            .Records.Where(record => !record.IsRemoved && record.Id.AsSpan(7).StartsWith(prefix, StringComparison.Ordinal))
            .Select(record => Digest.Parse(record.Id));

    private static bool IsHex(string text) => text.Length > 0 && text.All(char.IsAsciiHexDigitLower);
}

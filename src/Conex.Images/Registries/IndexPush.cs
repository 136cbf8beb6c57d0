using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>Pushes an index of images that are in the same registry: what the target repository lacks of them is taken over from the
/// repositories where they are.</summary>
/// <param name="open">Opens a repository of the same registry by its path.</param>
internal sealed class IndexPush(RegistryRepository target, Func<string, RegistryRepository> open)
{
    private readonly RegistryUpload upload = new(target);

    /// <param name="sources">For each manifest of the index, the path of the repository that has it.</param>
    /// <exception cref="RegistryException">A manifest is not where it should be, or the registry refuses.</exception>
    internal async Task<Digest> RunAsync(
        string tag,
        byte[] index,
        IReadOnlyDictionary<Digest, string> sources,
        CancellationToken cancellationToken
    )
    {
        ManifestDocument document = ManifestDocument.From(index, MediaType.OciIndex);
        IReadOnlyList<Descriptor> manifests;
        try
        {
            manifests = ImageIndex.Parse(index).Manifests;
        }
        catch (FormatException e)
        {
            throw new RegistryException($"the index for {target.Name}:{tag} is malformed: {e.Message}", cause: e);
        }
        foreach (Digest digest in manifests.Select(manifest => manifest.Digest).Distinct())
        {
            string from = sources.GetValueOrDefault(digest, target.Path);
            if (from != target.Path && await target.FindManifestAsync(digest.ToString(), cancellationToken) is null)
            {
                await CopyAsync(open(from), digest, cancellationToken);
            }
        }
        await upload.PutManifestAsync(tag, document, cancellationToken);
        return document.Digest;
    }

    private async Task CopyAsync(RegistryRepository source, Digest digest, CancellationToken cancellationToken)
    {
        ManifestDocument document = await source.GetManifestAsync(digest.ToString(), cancellationToken);
        if (document.Kind != MediaKind.Manifest)
        {
            throw new RegistryException($"{source.Name}@{digest} is no manifest of an image but \"{document.MediaType}\"");
        }
        Manifest manifest;
        try
        {
            manifest = Manifest.Parse(document.Bytes);
        }
        catch (FormatException e)
        {
            throw new RegistryException($"{source.Name}@{digest} is malformed: {e.Message}", cause: e);
        }
        foreach (Descriptor blob in manifest.Layers.Append(manifest.Config).DistinctBy(blob => blob.Digest))
        {
            bool isElsewhere = MediaType.KindOf(blob.MediaType) == MediaKind.ForeignLayer && blob.Urls is { Count: > 0 };
            if (
                !isElsewhere
                && !await upload.HasBlobAsync(blob.Digest, cancellationToken)
                && !await upload.TryMountAsync(blob.Digest, source.Path, cancellationToken)
            )
            {
                throw new RegistryException(
                    $"the registry does not take the blob {blob.Digest} over from {source.Name}: push the image to {target.Name} too"
                );
            }
        }
        await upload.PutManifestAsync(digest.ToString(), document, cancellationToken);
    }
}

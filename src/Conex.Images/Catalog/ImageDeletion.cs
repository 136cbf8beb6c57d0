using Conex.Oci;

namespace Conex.Images.Catalog;

/// <summary>Removes images, under the store's lock.</summary>
/// <param name="gate">The store's lock.</param>
internal sealed class ImageDeletion(Lock gate, ImageCatalog catalog, ImageDescriptions descriptions, UnusedContent unused)
{
    /// <inheritdoc cref="ImageStore.Remove"/>
    internal IReadOnlyList<ImageRemoval> Remove(
        string nameOrId,
        bool force,
        Func<Digest, IReadOnlyList<ImageUser>> users,
        Action<Digest>? letGo
    )
    {
        var result = new List<ImageRemoval>();
        lock (gate)
        {
            (Digest id, ImageReference? name) = ImageLookup.Find(catalog, nameOrId) ?? throw ImageLookup.NotFound(nameOrId);
            Removal removal = new ImageRemover(catalog, users).Plan(id, nameOrId, name, force);
            if (removal.DeletesImage)
            {
                letGo?.Invoke(id);
                // From here on the next start finishes what is cut off.
                catalog.Put(catalog.Find(id)! with { IsRemoved = true });
            }
            foreach (ImageReference tag in removal.Tags)
            {
                catalog.Untag(tag);
                result.Add(new ImageRemoval(tag.Familiar, null));
            }
            if (removal.DeletesImage)
            {
                result.AddRange(ImageRemover.DeletedItems(catalog, id));
                if (users(id).Count == 0)
                {
                    Delete(id);
                }
            }
        }
        return result;
    }

    /// <inheritdoc cref="ImageStore.ReleaseRemoved"/>
    internal void ReleaseRemoved(Func<Digest, bool> stillUsed)
    {
        lock (gate)
        {
            foreach (ImageRecord record in catalog.Records.Where(record => record.IsRemoved).ToArray())
            {
                var id = Digest.Parse(record.Id);
                if (!stillUsed(id))
                {
                    Delete(id);
                }
            }
        }
    }

    /// <summary>Removes an image's record and what it alone needs. Call it with the lock.</summary>
    internal void Delete(Digest id)
    {
        ImageRecord record = catalog.Find(id)!;
        catalog.Remove(id);
        descriptions.Forget(id);
        unused.DeleteBlobs([id, Digest.Parse(record.Manifest)]);
        unused.RemoveLayers(UnusedContent.Needs(record).Distinct());
    }
}

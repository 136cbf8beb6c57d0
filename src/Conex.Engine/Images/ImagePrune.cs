using Conex.Engine.Errors;
using Conex.Images;

namespace Conex.Engine.Images;

/// <summary>docker image prune: removes the images that no container was made from and that nobody has mounted.</summary>
public static class ImagePrune
{
    /// <param name="all">Whether images with names go too; else only those without.</param>
    /// <param name="fits">What else an image must be to go.</param>
    public static PrunedImages Run(ImageService images, bool all, Func<StoredImage, bool> fits)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(fits);
        long before = new LayerSharing(images.List()).Total;
        List<ImageRemoval> removals = images.WhileMountsStay(() => Remove(images, all, fits));
        return new PrunedImages(removals, Math.Max(0, before - new LayerSharing(images.List()).Total));
    }

    private static List<ImageRemoval> Remove(ImageService images, bool all, Func<StoredImage, bool> fits) =>
        [
            .. images
                .List()
                .Where(image => (all || image.Tags.Count == 0) && fits(image))
                .Where(image => images.UsersOf(image.Id).Count == 0 && !images.IsMounted(image.Id))
                .SelectMany(image => Remove(images, image)),
        ];

    /// <summary>Name by name, so that an image that a container comes to use meanwhile stays.</summary>
    private static List<ImageRemoval> Remove(ImageService images, StoredImage image)
    {
        var removals = new List<ImageRemoval>();
        try
        {
            foreach (string name in image.Tags.Count > 0 ? image.Tags.Select(tag => tag.Familiar) : [image.Id.ToString()])
            {
                removals.AddRange(images.Remove(name, force: false));
            }
        }
        catch (Exception e) when (e is ConflictException or NotFoundException)
        {
            // Used or removed by somebody else a moment ago.
        }
        return removals;
    }
}

/// <summary>What prune removed.</summary>
/// <param name="Bytes">Of the files in layers that no image has any more.</param>
public sealed record PrunedImages(IReadOnlyList<ImageRemoval> Removals, long Bytes);

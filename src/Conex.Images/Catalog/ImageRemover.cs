using System.Security.Cryptography;
using System.Text;
using Conex.Oci;

namespace Conex.Images.Catalog;

/// <summary>Decides what docker rmi does: which names go, whether the image goes, and what stands against it.</summary>
/// <remarks>The rules and sentences are those of docker's engine: a name is only untagged while others remain; an ID removes an image
/// whose names are all of one repository; force overrides stopped containers and further names, never a running container.</remarks>
internal sealed class ImageRemover(ImageCatalog catalog, Func<Digest, IReadOnlyList<ImageUser>> users)
{
    /// <summary>What removing <paramref name="nameOrId"/> comes to.</summary>
    /// <param name="named">The name by which the image was found; null when it was found by its ID.</param>
    /// <exception cref="ImageConflictException">It is in use.</exception>
    internal Removal Plan(Digest id, string nameOrId, ImageReference? named, bool force)
    {
        IReadOnlyList<ImageReference> tags = catalog.TagsOf(id);
        IReadOnlyList<ImageUser> containers = users(id);
        if (named is { } name)
        {
            return PlanByName(id, nameOrId, name, tags, containers, force);
        }
        bool isOneRepository = tags.Select(tag => tag.Name).Distinct(StringComparer.Ordinal).Count() <= 1;
        CheckConflict(id, containers, force, hasManyNames: !isOneRepository);
        return new Removal(tags, DeletesImage: true);
    }

    /// <summary>docker's lines: the image, and the chain IDs that no other image has, the top-most first.</summary>
    internal static IReadOnlyList<ImageRemoval> DeletedItems(ImageCatalog catalog, Digest id)
    {
        HashSet<Digest> others =
        [
            .. catalog.Records.Where(record => !record.IsRemoved).SelectMany(record => ChainIds(UnusedContent.DiffIds(record))),
        ];
        return
        [
            new ImageRemoval(null, id.ToString()),
            .. ChainIds(UnusedContent.DiffIds(catalog.Find(id)!))
                .Reverse()
                .Where(digest => !others.Contains(digest))
                .Select(digest => new ImageRemoval(null, digest.ToString())),
        ];
    }

    /// <summary>Chain IDs of an image's layers, the lowest first (image-spec config.md, "Layer ChainID").</summary>
    internal static IReadOnlyList<Digest> ChainIds(IEnumerable<Digest> diffIds)
    {
        var chain = new List<Digest>();
        foreach (Digest diffId in diffIds)
        {
            chain.Add(chain.Count == 0 ? diffId : Digest.FromSha256(SHA256.HashData(Encoding.ASCII.GetBytes($"{chain[^1]} {diffId}"))));
        }
        return chain;
    }

    private static Removal PlanByName(
        Digest id,
        string text,
        ImageReference name,
        IReadOnlyList<ImageReference> tags,
        IReadOnlyList<ImageUser> containers,
        bool force
    )
    {
        if (tags.Count > 1)
        {
            return new Removal([name], DeletesImage: false);
        }
        if (!force && containers.Count > 0)
        {
            throw new ImageConflictException(
                $"conflict: unable to remove repository reference \"{text}\" (must force) - container {Short(containers[0])} is using its referenced image {id.Short}"
            );
        }
        // By force the name goes even while containers run; the image stays then, without a name.
        return new Removal([name], DeletesImage: !containers.Any(container => container.IsRunning));
    }

    private static void CheckConflict(Digest id, IReadOnlyList<ImageUser> containers, bool force, bool hasManyNames)
    {
        if (containers.FirstOrDefault(container => container.IsRunning) is { } running)
        {
            throw new ImageConflictException(
                $"conflict: unable to delete {id.Short} (cannot be forced) - image is being used by running container {Short(running)}"
            );
        }
        if (!force && hasManyNames)
        {
            throw new ImageConflictException(
                $"conflict: unable to delete {id.Short} (must be forced) - image is referenced in multiple repositories"
            );
        }
        if (!force && containers.Count > 0)
        {
            throw new ImageConflictException(
                $"conflict: unable to delete {id.Short} (must be forced) - image is being used by stopped container {Short(containers[0])}"
            );
        }
    }

    private static string Short(ImageUser container) =>
        container.ContainerId.Length > 12 ? container.ContainerId[..12] : container.ContainerId;
}

/// <summary>What a removal comes to.</summary>
internal sealed record Removal(IReadOnlyList<ImageReference> Tags, bool DeletesImage);

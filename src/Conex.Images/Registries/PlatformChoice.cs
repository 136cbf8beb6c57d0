using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>Chooses the image of a platform from an index.</summary>
internal static class PlatformChoice
{
    private const string DockerReferenceType = "vnd.docker.reference.type";

    /// <summary>The best one that runs on the platform, in the index's order among equals; null when there is none.</summary>
    internal static Descriptor? Choose(IEnumerable<Descriptor> manifests, Platform platform)
    {
        Descriptor[] images = [.. manifests.Where(IsImage)];
        foreach (Platform runnable in platform.Runnable())
        {
            foreach (Descriptor image in images)
            {
                if (image.Platform is { } named && named.ToPlatform() == runnable)
                {
                    return image;
                }
            }
        }
        // An entry without a platform is for all (image-spec image-index.md).
        return Array.Find(images, image => image.Platform is null);
    }

    /// <summary>What an index offers, for messages.</summary>
    internal static string Offered(IEnumerable<Descriptor> manifests) =>
        string.Join(
            ", ",
            manifests
                .Where(IsImage)
                .Select(image => image.Platform?.ToPlatform().ToString() ?? "an unknown platform")
                .Distinct(StringComparer.Ordinal)
        )
            is { Length: > 0 } some
            ? some
            : "nothing";

    /// <summary>Attestations and artifacts stand among the images of an index.</summary>
    private static bool IsImage(Descriptor descriptor) =>
        MediaType.KindOf(descriptor.MediaType) is MediaKind.Manifest or MediaKind.Index
        && descriptor.Annotations?.ContainsKey(DockerReferenceType) != true
        && descriptor.Platform is not { Os: "unknown" };
}

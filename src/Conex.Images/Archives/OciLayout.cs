using Conex.Images.Registries;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>The OCI image layout (image-spec image-layout.md): index.json leads to manifests, blobs are named by their digests. And the form of
/// skopeo's and podman's <c>dir:</c>: the manifest or index of one image as manifest.json, and beside it what it names.</summary>
internal sealed class OciLayout
{
    internal const string IndexName = "index.json";
    private const string ContainerdName = "io.containerd.image.name";
    private const string ReferenceName = "org.opencontainers.image.ref.name";
    private const string DockerReferenceType = "vnd.docker.reference.type";
    private const int MaxDepth = 8;
    private readonly Func<Digest, ArchiveFile?> find;
    private readonly Platform platform;
    private readonly bool isAsked;

    private OciLayout(Func<Digest, ArchiveFile?> find, Platform? platform)
    {
        this.find = find;
        this.platform = platform ?? Platform.Current;
        isAsked = platform is not null;
    }

    /// <exception cref="ImageArchiveException">A blob is missing, or there is no image for the platform.</exception>
    /// <exception cref="FormatException">A document is malformed.</exception>
    internal static IReadOnlyList<ArchivedImage> Read(ArchiveFiles files, ArchiveFile index, Platform? platform)
    {
        var layout = new OciLayout(files.Find, platform);
        IReadOnlyList<Descriptor> entries = [.. ImageIndex.Parse(index.ReadDocument(IndexName)).Manifests.Where(IsImage)];
        if (entries.Count == 0)
        {
            throw new ImageArchiveException("the archive holds no image: its index.json lists none");
        }
        // Several manifests of one name are one image for several platforms; without a name each is an image of its own.
        var images = new List<ArchivedImage>();
        foreach (IGrouping<string, Descriptor> group in entries.GroupBy(NameOrDigest, StringComparer.Ordinal))
        {
            images.Add(layout.Read(layout.Choose([.. group], isTop: true, depth: 0), ReferencesOf(group.First())));
        }
        return images;
    }

    /// <summary>Reads the one image of a directory as skopeo and podman write it, whose name nothing tells.</summary>
    /// <inheritdoc cref="Read(ArchiveFiles, ArchiveFile, Platform?)"/>
    internal static IReadOnlyList<ArchivedImage> ReadDirectory(ArchiveFiles files, ArchiveFile manifest, Platform? platform)
    {
        ArchiveFile? Find(Digest digest) =>
            digest == manifest.Digest ? manifest
            : (files.Find(digest.Hex) ?? files.Find($"{digest.Hex}.{DockerArchive.ManifestName}")) is not { } file ? null
            : file.Digest == digest ? file
            : throw new ImageArchiveException($"{digest.Hex} of the archive is damaged: its content has the digest {file.Digest}");
        byte[] document = manifest.ReadDocument(DockerArchive.ManifestName);
        var top = new Descriptor
        {
            MediaType = ManifestDocument.From(document, MediaType.OciManifest).MediaType,
            Digest = manifest.Digest,
            Size = manifest.Size,
        };
        var layout = new OciLayout(Find, platform);
        return [layout.Read(layout.Choose([top], isTop: true, depth: 0), [])];
    }

    /// <summary>Attestations and artifacts stand among the images of an index.</summary>
    private static bool IsImage(Descriptor descriptor) =>
        MediaType.KindOf(descriptor.MediaType) is MediaKind.Manifest or MediaKind.Index or MediaKind.Schema1Manifest
        && descriptor.Annotations?.ContainsKey(DockerReferenceType) != true
        && descriptor.Platform is not { Os: "unknown" };

    private static string NameOrDigest(Descriptor descriptor) =>
        descriptor.Annotations?.GetValueOrDefault(ContainerdName)
        ?? descriptor.Annotations?.GetValueOrDefault(ReferenceName)
        ?? descriptor.Digest.ToString();

    /// <summary>A bare word in ref.name is a tag of a name that the archive does not tell (image-spec annotations.md): no reference. Nor is an ID, which
    /// podman writes of an image that it saves by its ID.</summary>
    private static IReadOnlyList<ImageReference> ReferencesOf(Descriptor descriptor)
    {
        string? name = descriptor.Annotations?.GetValueOrDefault(ContainerdName);
        if (name is null)
        {
            string? text = descriptor.Annotations?.GetValueOrDefault(ReferenceName);
            name = text is not null && text.AsSpan().ContainsAny(':', '/') && !Digest.TryParse(text, out _) ? text : null;
        }
        if (!ImageReference.TryParse(name, out ImageReference reference) || reference.Digest is not null)
        {
            return [];
        }
        return reference.TagFault is { } fault
            ? throw new ImageArchiveException($"index.json names an image {name}: {fault}")
            : [reference.WithDefaultTag()];
    }

    /// <summary>The manifest for the platform, through nested indexes.</summary>
    private Descriptor Choose(IReadOnlyList<Descriptor> candidates, bool isTop, int depth)
    {
        Descriptor chosen =
            Match(candidates)
            ?? (isTop && candidates.Count == 1 && !isAsked ? candidates[0] : null)
            ?? throw new ImageArchiveException(
                $"the archive has no image for {platform}, only for {string.Join(", ", candidates.Select(Describe).Distinct(StringComparer.Ordinal))}"
            );
        if (MediaType.KindOf(chosen.MediaType) != MediaKind.Index)
        {
            return chosen;
        }
        if (depth == MaxDepth)
        {
            throw new ImageArchiveException($"the archive has indexes in more than {MaxDepth} levels");
        }
        IReadOnlyList<Descriptor> inner = [.. ImageIndex.Parse(Document(chosen, "index")).Manifests.Where(IsImage)];
        // Whoever copied one platform only left the others in the index.
        IReadOnlyList<Descriptor> present = [.. inner.Where(descriptor => find(descriptor.Digest) is not null)];
        return inner.Count == 0
            ? throw new ImageArchiveException($"the index {chosen.Digest} of the archive lists no image")
            : Choose(present.Count > 0 && Match(present) is not null ? present : inner, isTop: false, depth + 1);
    }

    private Descriptor? Match(IReadOnlyList<Descriptor> candidates)
    {
        foreach (Platform runnable in platform.Runnable())
        {
            foreach (Descriptor candidate in candidates)
            {
                if (candidate.Platform is null || candidate.Platform.ToPlatform() == runnable)
                {
                    return candidate;
                }
            }
        }
        return null;
    }

    private static string Describe(Descriptor descriptor) => descriptor.Platform?.ToPlatform().ToString() ?? "an unknown platform";

    private ArchivedImage Read(Descriptor descriptor, IReadOnlyList<ImageReference> references)
    {
        if (MediaType.KindOf(descriptor.MediaType) == MediaKind.Schema1Manifest)
        {
            throw new ImageArchiveException(
                $"the manifest {descriptor.Digest} of the archive has docker's first format, which is not supported"
            );
        }
        byte[] bytes = Document(descriptor, "manifest");
        Manifest manifest = Manifest.Parse(bytes);
        if (MediaType.KindOf(manifest.Config.MediaType) != MediaKind.ImageConfig)
        {
            throw new ImageArchiveException(
                $"the manifest {descriptor.Digest} of the archive is that of {manifest.ArtifactType ?? manifest.Config.MediaType}, not of an image"
            );
        }
        return new ArchivedImage(
            Document(manifest.Config, "configuration"),
            bytes,
            [.. manifest.Layers.Select(layer => new ArchivedLayer(layer.Digest.ToString(), Blob(layer, "layer")))],
            references
        );
    }

    private byte[] Document(Descriptor descriptor, string what) => Blob(descriptor, what).ReadDocument($"the {what} {descriptor.Digest}");

    private ArchiveFile Blob(Descriptor descriptor, string what)
    {
        if (descriptor.Digest.Algorithm != Digest.Sha256)
        {
            throw new ImageArchiveException(
                $"the {what} {descriptor.Digest} of the archive is named by an algorithm that is not supported"
            );
        }
        ArchiveFile file =
            find(descriptor.Digest) ?? throw new ImageArchiveException($"the {what} {descriptor.Digest} is missing from the archive");
        return file.Size == descriptor.Size
            ? file
            : throw new ImageArchiveException(
                $"the {what} {descriptor.Digest} of the archive has {file.Size} bytes instead of {descriptor.Size}"
            );
    }
}

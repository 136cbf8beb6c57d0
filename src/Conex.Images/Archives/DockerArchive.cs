using System.Security.Cryptography;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>The format of docker save: manifest.json lists the images with the paths of their files.</summary>
internal static class DockerArchive
{
    internal const string ManifestName = DockerArchiveImage.FileName;

    /// <exception cref="ImageArchiveException">A file is missing or is not what it should be.</exception>
    /// <exception cref="FormatException">manifest.json is malformed.</exception>
    internal static IReadOnlyList<ArchivedImage> Read(ArchiveFiles files, ArchiveFile manifest)
    {
        IReadOnlyList<DockerArchiveImage> images = DockerArchiveImage.ParseList(manifest.ReadDocument(ManifestName));
        if (images.Count == 0)
        {
            throw new ImageArchiveException("the archive holds no image: its manifest.json is an empty list");
        }
        return [.. images.Select(image => Read(files, image))];
    }

    /// <summary>A directory of skopeo's or podman's has the image's own manifest under this name.</summary>
    internal static bool IsList(ArchiveFile manifest) =>
        !manifest.ReadDocument(ManifestName).AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    private static ArchivedImage Read(ArchiveFiles files, DockerArchiveImage image)
    {
        byte[] config = Find(files, image.Config, "configuration").ReadDocument(image.Config);
        CheckName(image.Config, config);
        return new ArchivedImage(
            config,
            Manifest: null,
            [.. image.Layers.Select(path => new ArchivedLayer(path, Find(files, path, "layer")))],
            [.. (image.RepoTags ?? []).Select(ParseTag)]
        );
    }

    private static ArchiveFile Find(ArchiveFiles files, string path, string what) =>
        files.Find(path) ?? throw new ImageArchiveException($"manifest.json names the {what} {path}, which is missing from the archive");

    /// <summary>Most writers name the configuration by its digest: the only thing in this format that tells whether it is whole.</summary>
    private static void CheckName(string path, byte[] config)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (Digest.TryParse($"{Digest.Sha256}:{name}", out Digest expected))
        {
            var actual = Digest.FromSha256(SHA256.HashData(config));
            if (actual != expected)
            {
                throw new ImageArchiveException($"the configuration {path} of the archive is damaged: its content has the digest {actual}");
            }
        }
    }

    private static ImageReference ParseTag(string text)
    {
        try
        {
            var reference = ImageReference.Parse(text);
            return reference.TagFault is { } fault ? throw new FormatException(fault) : reference.WithDefaultTag();
        }
        catch (FormatException e)
        {
            throw new ImageArchiveException($"manifest.json names an image {text}: {e.Message}", e);
        }
    }
}

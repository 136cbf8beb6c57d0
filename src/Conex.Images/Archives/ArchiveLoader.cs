using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Faults;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>docker load: takes an archive in, verifies all of it, and only then makes its images visible.</summary>
internal static class ArchiveLoader
{
    /// <exception cref="ImageArchiveException">The archive is broken; nothing of it was kept.</exception>
    internal static IReadOnlyList<LoadedImage> Load(
        ImageStore store,
        Stream archive,
        LoadOptions options,
        IProgress<LoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using ArchiveFiles files = ArchiveFiles.Read(store.Content, store.Layers.Expansion, archive, progress, cancellationToken);
            CrashStep.At("image.load.archive-read");
            IReadOnlyList<ArchivedImage> images = Understand(files, options);
            using var session = new LayerSession(store);
            IReadOnlyList<NewImage> news = [.. images.Select(image => Unpack(image, session, progress, cancellationToken))];
            CrashStep.At("image.load.layers-unpacked");
            session.Commit();
            CrashStep.At("image.load.layers-committed");
            for (int i = 0; i < images.Count; i++)
            {
                KeepLayers(store, images[i], news[i]);
            }
            return store.Register(news);
        }
        catch (Exception e) when (e is TarException or CompressionException or LayerException or BlobException or FormatException)
        {
            throw new ImageArchiveException(e.Message, e);
        }
    }

    /// <summary>The configuration, checked for what this store relies on.</summary>
    internal static ImageConfig ParseConfig(byte[] bytes, int layerCount)
    {
        ImageConfig config;
        try
        {
            config = ImageConfig.Parse(bytes);
        }
        catch (FormatException e)
        {
            throw new ImageArchiveException($"the configuration of an image in the archive is malformed: {e.Message}", e);
        }
        if (config.Rootfs.DiffIds.Count != layerCount)
        {
            throw new ImageArchiveException(
                $"an image of the archive has {layerCount} layers, but {config.Rootfs.DiffIds.Count} diff IDs in its configuration"
            );
        }
        if (config.Rootfs.DiffIds.FirstOrDefault(diffId => diffId.Algorithm != Digest.Sha256) is { IsDefault: false } other)
        {
            throw new ImageArchiveException($"an image of the archive has the diff ID {other}: only sha256 is supported");
        }
        return config.Os is "" or "linux"
            ? config
            : throw new ImageArchiveException($"image operating system \"{config.Os}\" cannot be used on this platform");
    }

    private static IReadOnlyList<ArchivedImage> Understand(ArchiveFiles files, LoadOptions options)
    {
        // What docker saves since version 25 is both: the layout has the manifests, byte for byte.
        if (files.Find(OciLayout.IndexName) is { } index)
        {
            return OciLayout.Read(files, index, options.Platform);
        }
        if (files.Find(DockerArchive.ManifestName) is { } manifest)
        {
            return DockerArchive.IsList(manifest)
                ? DockerArchive.Read(files, manifest)
                : OciLayout.ReadDirectory(files, manifest, options.Platform);
        }
        throw new ImageArchiveException(
            "the archive holds no image: it has neither manifest.json (docker save, skopeo's dir:) nor index.json (OCI layout); a root filesystem is taken in by import"
        );
    }

    /// <summary>The compressed layers as they came, so that a push has the bytes that the manifest names; tars are in the layer store. One compressed
    /// in a way that no registry knows is not kept.</summary>
    private static void KeepLayers(ImageStore store, ArchivedImage archived, NewImage image)
    {
        for (int i = 0; i < image.Layers.Count; i++)
        {
            ArchiveFile file = archived.Layers[i].File;
            if (file.LayerType is { } type and not MediaType.OciLayer)
            {
                store.Blobs.Keep(image.Layers[i].DiffId, file.Digest, file.Size, type, () => file.Keep(store.Content));
            }
        }
    }

    private static NewImage Unpack(
        ArchivedImage image,
        LayerSession session,
        IProgress<LoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ImageConfig config = ParseConfig(image.Config, image.Layers.Count);
        var layers = new List<StoredLayer>();
        for (int i = 0; i < image.Layers.Count; i++)
        {
            ArchivedLayer layer = image.Layers[i];
            Digest diffId = config.Rootfs.DiffIds[i];
            var report = new ProgressStream.Report(progress, diffId.Short, layer.File.Size);
            try
            {
                layers.Add(session.Provide(diffId, layer.File, report, cancellationToken));
            }
            catch (Exception e) when (e is TarException or CompressionException or LayerException)
            {
                throw new ImageArchiveException($"layer {layer.Name}: {e.Message}", e);
            }
        }
        byte[] manifest = image.Manifest ?? PlainManifest.For(image.Config, layers);
        return new NewImage(image.Config, manifest, layers, image.References);
    }
}

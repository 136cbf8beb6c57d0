using Conex.Images.Compression;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Faults;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>docker import: a root filesystem becomes an image of one layer.</summary>
internal static class RootFilesystemImport
{
    /// <exception cref="ImageArchiveException">The tar is broken, or a change cannot be understood; nothing of it was kept.</exception>
    internal static StoredImage Import(ImageStore store, Stream rootfs, ImportOptions options, CancellationToken cancellationToken)
    {
        if (options.Reference?.TagFault is { } fault)
        {
            throw new ImageArchiveException(fault);
        }
        ImageExecution execution = DockerfileChanges.Apply(new ImageExecution(), options.Changes);
        Platform platform = options.Platform ?? Platform.Current;
        try
        {
            using var session = new LayerSession(store);
            StoredLayer layer = session.Provide(rootfs, cancellationToken);
            CrashStep.At("image.import.layer-unpacked");
            session.Commit();
            CrashStep.At("image.import.layer-committed");
            byte[] config = new ImageConfig
            {
                Created = store.Now,
                Architecture = platform.Architecture,
                Os = platform.Os,
                Variant = platform.Variant.Length > 0 ? platform.Variant : null,
                Config = execution,
                Rootfs = new RootFs { Type = "layers", DiffIds = [layer.DiffId] },
                History = [new HistoryEntry { Created = store.Now, Comment = options.Message }],
            }.ToUtf8Json();
            IReadOnlyList<ImageReference> references = options.Reference is { } reference ? [reference.WithDefaultTag()] : [];
            return store.Register([new NewImage(config, PlainManifest.For(config, [layer]), [layer], references)])[0].Image;
        }
        catch (Exception e) when (e is TarException or CompressionException or LayerException)
        {
            throw new ImageArchiveException(e.Message, e);
        }
    }
}

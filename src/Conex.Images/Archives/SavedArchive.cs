using System.Text;
using Conex.Images.Content;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>docker save: images as one tar. Everything that can be wrong is found before the first byte; the layers then go from the store to
/// the stream without a copy, each once, however many images have it. The layers stay until this is disposed.</summary>
public sealed class SavedArchive : IDisposable
{
    private const string BlobFolder = "blobs/sha256/";
    private readonly ImageStore store;
    private readonly SaveFormat format;
    private readonly List<SavedImage> images = [];
    private readonly Dictionary<Digest, byte[]> documents = [];
    private readonly HashSet<Digest> leased = [];

    private SavedArchive(ImageStore store, SaveFormat format)
    {
        this.store = store;
        this.format = format;
    }

    /// <summary>The images that it will hold.</summary>
    public IReadOnlyList<StoredImage> Images => [.. images.Select(one => one.Image)];

    /// <summary>Finds the images and takes hold of their layers.</summary>
    /// <param name="names">References, IDs, or beginnings of IDs. A repository without a tag means all its tags, as docker has it.</param>
    /// <exception cref="ImageNotFoundException">No such image, or not for the platform.</exception>
    /// <exception cref="FormatException">A text can be neither name nor ID.</exception>
    /// <exception cref="LayerTarMissingException">A layer is there only as unpacked files.</exception>
    /// <exception cref="BlobException">A configuration is damaged on the disk.</exception>
    public static SavedArchive Prepare(ImageStore store, IReadOnlyList<string> names, SaveOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(options);
        var archive = new SavedArchive(store, options.Format);
        try
        {
            foreach (string name in names)
            {
                archive.Add(name, options.Platform);
            }
            return options.Format != SaveFormat.Directory || archive.images.Count == 1
                ? archive
                : throw new FormatException("a directory of that form holds one image: give one name, with its tag");
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Writes the archive. Equal images give equal bytes.</summary>
    /// <exception cref="KernelException">A layer cannot be read.</exception>
    public Task WriteAsync(Stream target, CancellationToken cancellationToken = default) =>
        BlockingWork.RunAsync(() =>
        {
            var sink = new AsyncSink(target, cancellationToken);
            Write(new TarWriter(sink));
            sink.Flush();
            return true;
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        store.ReturnLeases(leased);
        leased.Clear();
    }

    private void Add(string name, Platform? platform)
    {
        foreach ((StoredImage image, IReadOnlyList<ImageReference> references) in Find(name))
        {
            if (platform is { } wanted && image.Config.ToPlatform() != wanted)
            {
                throw new ImageNotFoundException(
                    $"image {name} was found but does not provide the platform {wanted}, only {image.Config.ToPlatform()}"
                );
            }
            Add(image, references);
        }
    }

    private void Add(StoredImage image, IReadOnlyList<ImageReference> references)
    {
        if (images.Find(one => one.Image.Id == image.Id) is { } known)
        {
            known.References.AddRange(references.Except(known.References));
            return;
        }
        Hold(image);
        List<ImageReference> names = [.. references];
        SavedImage saved =
            (format != SaveFormat.DockerArchive ? SavedImage.TryAsItCame(store, image, names) : null)
            ?? SavedImage.Plain(store, image, names);
        foreach (SavedLayer layer in saved.Blobs)
        {
            layer.Open(store, image.Id).Dispose();
        }
        documents[image.Id] = store.Content.Read(image.Id);
        documents[saved.Manifest.Digest] = saved.Document;
        images.Add(saved);
    }

    /// <summary>The images, and the names under which each is saved: none where it was asked for by its ID.</summary>
    private List<(StoredImage Image, IReadOnlyList<ImageReference> References)> Find(string name)
    {
        if (ImageReference.TryParse(name, out ImageReference reference) && reference.Digest is null)
        {
            var found = new List<(StoredImage, IReadOnlyList<ImageReference>)>();
            foreach (StoredImage image in store.List())
            {
                IReadOnlyList<ImageReference> tags =
                [
                    .. image.Tags.Where(tag => reference.IsNameOnly ? tag.Name == reference.Name : tag == reference),
                ];
                if (tags.Count > 0)
                {
                    found.Add((image, tags));
                }
            }
            if (found.Count > 0)
            {
                return found;
            }
        }
        return [(store.Resolve(name), [])];
    }

    private void Hold(StoredImage image)
    {
        foreach (StoredLayer layer in image.Layers)
        {
            if (leased.Add(layer.DiffId))
            {
                store.TakeLease(layer.DiffId);
            }
        }
    }

    private void Write(TarWriter tar)
    {
        if (format == SaveFormat.Directory)
        {
            Document(tar, "version", [.. "Directory Transport Version: 1.1\n"u8]);
            Document(tar, DockerArchiveImage.FileName, images[0].Document);
            documents.Remove(images[0].Manifest.Digest);
            Blobs(tar, "");
            tar.Finish();
            return;
        }
        Folder(tar, "blobs/");
        Folder(tar, BlobFolder);
        Blobs(tar, BlobFolder);
        Document(tar, "index.json", SavedIndex.Layout(images));
        if (format == SaveFormat.DockerArchive)
        {
            Document(tar, DockerArchiveImage.FileName, SavedIndex.Manifest(images, BlobFolder));
        }
        Document(tar, ImageLayout.FileName, new ImageLayout { ImageLayoutVersion = ImageLayout.Version }.ToUtf8Json());
        if (format == SaveFormat.DockerArchive && images.Exists(one => one.References.Count > 0))
        {
            Document(tar, "repositories", SavedIndex.Repositories(images));
        }
        tar.Finish();
    }

    private void Blobs(TarWriter tar, string folder)
    {
        foreach ((Digest digest, byte[] document) in documents.OrderBy(pair => pair.Key.Hex, StringComparer.Ordinal))
        {
            Document(tar, folder + digest.Hex, document);
        }
        foreach (
            (SavedLayer layer, Digest image) in images
                .SelectMany(one => one.Blobs.Select(layer => (layer, one.Image.Id)))
                .DistinctBy(pair => pair.layer.Digest)
        )
        {
            using Stream content = layer.Open(store, image);
            tar.Add(Entry(folder + layer.Digest.Hex, layer.Size), content);
        }
    }

    private static void Document(TarWriter tar, string path, byte[] content) => tar.Add(Entry(path, content.Length), content);

    private static void Folder(TarWriter tar, string path) =>
        tar.Add(
            new TarEntry
            {
                Type = TarEntryType.Directory,
                Path = Encoding.ASCII.GetBytes(path),
                Mode = 0x1ED,
            }
        );

    private static TarEntry Entry(string path, long size) =>
        new()
        {
            Type = TarEntryType.File,
            Path = Encoding.ASCII.GetBytes(path),
            Mode = 0x1A4,
            Size = size,
        };
}

using Conex.Images.Archives;
using Conex.Images.Catalog;
using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images;

/// <summary>The images of one data directory. One process at a time (the holder of DATA/lock); safe for concurrent calls.</summary>
public sealed class ImageStore : IDisposable
{
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly ImageCatalog catalog;
    private readonly ContentLeases leases = new();
    private readonly ImageDescriptions descriptions;
    private readonly UnusedContent unused;
    private readonly ImageRegistration registration;
    private readonly ImageDeletion deletion;

    private ImageStore(string dataDirectory, TimeProvider time, LayerStorage storage, ExpansionLimit? expansion)
    {
        this.time = time;
        Data = Path.GetFullPath(dataDirectory);
        OpenedAt = time.GetUtcNow();
        Content = ContentStore.Open(dataDirectory);
        Layers = LayerStore.Open(dataDirectory, storage, expansion);
        Ingest = IngestStore.Open(dataDirectory, time.GetUtcNow());
        Blobs = LayerBlobs.Open(dataDirectory, Content, Ingest);
        catalog = ImageCatalog.Open(dataDirectory);
        descriptions = new ImageDescriptions(catalog, Content);
        unused = new UnusedContent(catalog, Content, Layers, Blobs, leases);
        registration = new ImageRegistration(catalog, Content, descriptions, unused);
        deletion = new ImageDeletion(gate, catalog, descriptions, unused);
    }

    internal ContentStore Content { get; }

    internal IngestStore Ingest { get; }

    internal LayerStore Layers { get; }

    /// <summary>The compressed forms of the layers.</summary>
    internal LayerBlobs Blobs { get; }

    internal DateTimeOffset Now => time.GetUtcNow();

    /// <summary>What is older was written by another process.</summary>
    internal DateTimeOffset OpenedAt { get; }

    /// <summary>The data directory, absolute.</summary>
    internal string Data { get; }

    /// <summary>How containers get the files of layers.</summary>
    public LayerStorage Storage => Layers.Storage;

    /// <summary>What this machine can do with layers.</summary>
    public LayerTrial Trial => Layers.Trial;

    /// <summary>Opens the store, makes its directories when missing, and removes what an interrupted operation left.</summary>
    /// <param name="storage">How containers shall get the files of layers.</param>
    /// <param name="expansion">How large layers may become; null: the default.</param>
    /// <exception cref="KernelException">The directories cannot be made or read.</exception>
    public static ImageStore Open(
        string dataDirectory,
        TimeProvider? time = null,
        LayerStorage storage = LayerStorage.Automatic,
        ExpansionLimit? expansion = null
    )
    {
        var store = new ImageStore(dataDirectory, time ?? TimeProvider.System, storage, expansion);
        store.unused.Sweep();
        return store;
    }

    /// <inheritdoc/>
    public void Dispose() => Layers.Dispose();

    /// <summary>All images, the newest first. One whose configuration is damaged on the disk is left out; <see cref="FindById"/> says why.</summary>
    public IReadOnlyList<StoredImage> List()
    {
        lock (gate)
        {
            return
            [
                .. catalog
                    .Records.Where(record => !record.IsRemoved)
                    .Select(descriptions.TryDescribe)
                    .OfType<StoredImage>()
                    .OrderByDescending(image => image.Config.Created ?? DateTimeOffset.MinValue)
                    .ThenBy(image => image.Id),
            ];
        }
    }

    /// <summary>The image of that ID, also one that was removed by force while containers still need it; null when there is none.</summary>
    /// <exception cref="BlobException">Its configuration is damaged on the disk.</exception>
    public StoredImage? FindById(Digest id)
    {
        lock (gate)
        {
            return catalog.Find(id) is { } record ? descriptions.Describe(record) : null;
        }
    }

    /// <summary>Finds by full reference, familiar name (tag latest implied), image ID with or without sha256:, or a unique prefix of it.</summary>
    /// <exception cref="ImageNotFoundException">"No such image: x:latest", or an ambiguous prefix.</exception>
    /// <exception cref="FormatException">The text can be neither name nor ID.</exception>
    public StoredImage Resolve(string nameOrId) => Find(nameOrId) ?? throw ImageLookup.NotFound(nameOrId);

    /// <summary>Like <see cref="Resolve"/>, null when there is none; an ambiguous prefix throws still.</summary>
    /// <exception cref="ImageNotFoundException">The text is the beginning of several IDs.</exception>
    /// <exception cref="FormatException">The text can be neither name nor ID.</exception>
    public StoredImage? Find(string nameOrId)
    {
        lock (gate)
        {
            return ImageLookup.Find(catalog, nameOrId) is { } found ? descriptions.Describe(catalog.Find(found.Id)!) : null;
        }
    }

    /// <summary>Names of the layers for <see cref="OpenLayers"/>, the top-most first: the order of overlayfs's lowerdir. Each is the absolute path of the
    /// unpacked files, if it is unpacked.</summary>
    /// <remarks>overlayfs refuses one directory twice. Of a layer that an image has several times the top-most counts: it covers the others.</remarks>
    public IReadOnlyList<string> LayerDirectories(StoredImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        IEnumerable<Digest> upwards = image.Layers.SelectMany(
            (layer, i) => image.Supplements.ElementAtOrDefault(i) is { } supplement ? (Digest[])[layer.DiffId, supplement] : [layer.DiffId]
        );
        return [.. upwards.Reverse().Distinct().Select(Layers.PathOf)];
    }

    /// <summary>Where the files of layers are, in the same order.</summary>
    /// <param name="layers">As <see cref="LayerDirectories"/> named them.</param>
    /// <exception cref="KernelException">A layer is not there, or the machine refuses.</exception>
    public IReadOnlyList<LayerSource> OpenLayers(IReadOnlyList<string> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return [.. layers.Select(LayerStore.DiffIdOf).Select(Layers.Source)];
    }

    /// <summary>Whether this store has made or taken over a mount of a layer.</summary>
    /// <param name="layer">As <see cref="LayerDirectories"/> named it.</param>
    public bool HasMount(string layer) => Layers.HasMount(LayerStore.DiffIdOf(layer));

    /// <summary>Takes a mount of a layer over that an earlier process made, unless there is one, or the layer's files are newer.</summary>
    /// <param name="layer">As <see cref="LayerDirectories"/> named it.</param>
    /// <param name="mount">Belongs to the store from here on.</param>
    /// <param name="since">When it was there already.</param>
    public void AdoptMount(string layer, FileHandle mount, DateTimeOffset since) => Layers.Adopt(LayerStore.DiffIdOf(layer), mount, since);

    /// <summary>Those that are not there.</summary>
    /// <param name="layers">As <see cref="LayerDirectories"/> named them.</param>
    public IReadOnlyList<Digest> MissingLayers(IReadOnlyList<string> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return [.. layers.Select(LayerStore.DiffIdOf).Where(layer => !Layers.Contains(layer))];
    }

    /// <summary>A layer's tar, byte for byte as its diff ID says; null when the layer was unpacked before tars were kept, or is not there.</summary>
    /// <exception cref="KernelException">The file cannot be opened.</exception>
    public Stream? OpenTar(Digest diffId) => Layers.OpenTar(diffId);

    /// <summary>Lets a name point to an image; another image that had the name loses it.</summary>
    /// <exception cref="ImageNotFoundException">No such image.</exception>
    /// <exception cref="FormatException">No image can be given that name.</exception>
    public void Tag(Digest id, ImageReference reference)
    {
        if (reference.TagFault is { } fault)
        {
            throw new FormatException(fault);
        }
        lock (gate)
        {
            if (catalog.Find(id) is not { IsRemoved: false })
            {
                throw ImageLookup.NotFound(id.ToString());
            }
            catalog.Tag(reference.WithDefaultTag(), id, Now);
        }
    }

    /// <summary>docker rmi: removes a tag, and the image with its last tag, and the layers that nobody else needs.</summary>
    /// <param name="users">The containers made from an image ID. Called while the store is locked: it must not call the store.</param>
    /// <param name="letGo">Gets the image whose last name goes, before anything is removed; what it throws keeps all as it is. Must not call the store.</param>
    /// <exception cref="ImageNotFoundException">No such image.</exception>
    /// <exception cref="ImageConflictException">Containers use it, or several repositories name it.</exception>
    /// <exception cref="FormatException">The text can be neither name nor ID.</exception>
    public IReadOnlyList<ImageRemoval> Remove(
        string nameOrId,
        bool force,
        Func<Digest, IReadOnlyList<ImageUser>> users,
        Action<Digest>? letGo = null
    )
    {
        ArgumentNullException.ThrowIfNull(users);
        return deletion.Remove(nameOrId, force, users, letGo);
    }

    /// <summary>Frees the layers of images that were removed by force while containers used them. Call at start, and when a container is removed.</summary>
    /// <param name="stillUsed">Whether a container was made from the image ID. Called while the store is locked: it must not call the store.</param>
    public void ReleaseRemoved(Func<Digest, bool> stillUsed)
    {
        ArgumentNullException.ThrowIfNull(stillUsed);
        deletion.ReleaseRemoved(stillUsed);
    }

    /// <summary>docker load: a docker-archive or OCI layout tar, plain or compressed.</summary>
    /// <param name="archive">Read asynchronously from its current position to the archive's end; need not be seekable.</param>
    /// <exception cref="ImageArchiveException">The archive is broken; nothing of it was kept.</exception>
    /// <exception cref="KernelException">The machine refuses: no space, no permission.</exception>
    public Task<IReadOnlyList<LoadedImage>> LoadAsync(
        Stream archive,
        LoadOptions? options = null,
        IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        BlockingWork.RunAsync(() =>
            ArchiveLoader.Load(this, new AsyncSource(archive, cancellationToken), options ?? new(), progress, cancellationToken)
        );

    /// <summary>docker import: a root filesystem's tar, plain or compressed, becomes an image of one layer.</summary>
    /// <exception cref="ImageArchiveException">The tar is broken, or a change cannot be understood; nothing of it was kept.</exception>
    /// <exception cref="KernelException">The machine refuses: no space, no permission.</exception>
    public Task<StoredImage> ImportAsync(Stream rootfs, ImportOptions options, CancellationToken cancellationToken = default) =>
        BlockingWork.RunAsync(() =>
            RootFilesystemImport.Import(this, new AsyncSource(rootfs, cancellationToken), options, cancellationToken)
        );

    /// <summary>Makes images visible whose layers are committed. All of them, or after a crash a beginning of them; each one whole.</summary>
    /// <exception cref="LayerException">A layer has a hard link to a file that none below it has.</exception>
    internal IReadOnlyList<LoadedImage> Register(IReadOnlyList<NewImage> images)
    {
        using var supplements = new LayerSupplements(this);
        images = [.. images.Select(image => image with { Supplements = supplements.For(image.Layers) })];
        lock (gate)
        {
            return [.. images.Select(image => registration.Register(image, Now))];
        }
    }

    /// <summary>Remembers that a registry has an image under a name with a digest.</summary>
    internal void AddDigest(Digest id, ImageReference name)
    {
        lock (gate)
        {
            catalog.AddDigest(id, name);
        }
    }

    /// <summary>Does something while no image comes or goes.</summary>
    internal T Exclusively<T>(Func<ImageCatalog, UnusedContent, T> work)
    {
        lock (gate)
        {
            return work(catalog, unused);
        }
    }

    internal void TakeLease(Digest layer)
    {
        lock (gate)
        {
            leases.Take(layer);
        }
    }

    /// <summary>Returns leases, and removes layers that no image came to use.</summary>
    internal void ReturnLeases(IReadOnlyCollection<Digest> layers)
    {
        lock (gate)
        {
            foreach (Digest layer in layers)
            {
                leases.Return(layer);
            }
            unused.RemoveLayers(layers);
        }
    }

    internal void Delete(Digest id) => deletion.Delete(id);
}

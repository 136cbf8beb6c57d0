using Conex.Engine.Errors;
using Conex.Engine.Events;
using Conex.Images;
using Conex.Images.Archives;
using Conex.Oci;

namespace Conex.Engine.Images;

/// <summary>The images, guarded by the containers that use them.</summary>
public sealed class ImageService
{
    private readonly ImageStore store;
    private readonly EventLog events;
    private readonly Func<Digest, IReadOnlyList<ImageUser>> users;
    private readonly ImageMounts mounts;

    internal ImageService(ImageStore store, EventLog events, Func<Digest, IReadOnlyList<ImageUser>> users, ImageMounts mounts)
    {
        this.mounts = mounts;
        this.store = store;
        this.events = events;
        this.users = users;
    }

    internal ImageStore Store => store;

    /// <summary>All images, the newest first.</summary>
    public IReadOnlyList<StoredImage> List() => store.List();

    /// <summary>The containers that were made from an image.</summary>
    public IReadOnlyList<ImageUser> UsersOf(Digest id) => users(id);

    /// <summary>Whether an image is mounted on the host.</summary>
    internal bool IsMounted(Digest id) => mounts.Contains(id);

    /// <inheritdoc cref="ImageMounts.Exclusively"/>
    internal T WhileMountsStay<T>(Func<T> work) => mounts.Exclusively(work);

    /// <summary>Finds an image by reference, familiar name, ID or unique prefix of an ID.</summary>
    /// <exception cref="NotFoundException">No such image.</exception>
    public StoredImage Resolve(string nameOrId) => Translate(() => store.Resolve(nameOrId));

    /// <summary>Like <see cref="Resolve"/>; null when there is none.</summary>
    public StoredImage? Find(string nameOrId) => Translate(() => store.Find(nameOrId));

    /// <summary>Gives an image a further name.</summary>
    /// <exception cref="NotFoundException">No such image.</exception>
    /// <exception cref="InvalidRequestException">The name cannot be one.</exception>
    public void Tag(string nameOrId, ImageReference reference)
    {
        StoredImage image = Resolve(nameOrId);
        Translate(() =>
        {
            store.Tag(image.Id, reference);
            return true;
        });
        Publish("tag", image.Id.ToString(), reference.Familiar);
    }

    /// <summary>Removes a name, and the image with its last one.</summary>
    /// <exception cref="NotFoundException">No such image.</exception>
    /// <param name="force">Whether also one that stopped containers use, that several repositories name, or that is mounted: it is unmounted first.</param>
    /// <exception cref="ConflictException">Containers use it, several repositories name it, or it is mounted.</exception>
    public IReadOnlyList<ImageRemoval> Remove(string nameOrId, bool force)
    {
        IReadOnlyList<ImageRemoval> removals = mounts.Exclusively(() =>
            Translate(() => store.Remove(nameOrId, force, users, id => mounts.LetGo(id, nameOrId, force)))
        );
        foreach (ImageRemoval removal in removals)
        {
            string subject = removal.Untagged ?? removal.Deleted ?? "";
            Publish(removal.Untagged is null ? "delete" : "untag", subject, subject);
        }
        return removals;
    }

    /// <summary>Takes the images of a docker-archive or OCI layout tar in.</summary>
    /// <exception cref="InvalidRequestException">The archive is broken; nothing of it was kept.</exception>
    public async Task<IReadOnlyList<LoadedImage>> LoadAsync(
        Stream archive,
        LoadOptions? options = null,
        IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            IReadOnlyList<LoadedImage> loaded = await store.LoadAsync(archive, options, progress, cancellationToken);
            foreach (LoadedImage one in loaded)
            {
                Publish("load", one.Image.Id.ToString(), one.References.Count > 0 ? one.References[0].Familiar : one.Image.Id.ToString());
            }
            return loaded;
        }
        catch (ImageArchiveException e)
        {
            throw new InvalidRequestException(e.Message);
        }
    }

    /// <summary>Takes hold of images to write them as one tar: dispose what is returned.</summary>
    /// <inheritdoc cref="SavedArchive.Prepare" path="/param"/>
    /// <exception cref="NotFoundException">No such image, or not for the platform.</exception>
    /// <exception cref="NotAvailableException">A layer is there only as unpacked files.</exception>
    public SavedArchive Save(IReadOnlyList<string> names, SaveOptions options)
    {
        SavedArchive archive = Translate(() => SavedArchive.Prepare(store, names, options));
        foreach (StoredImage image in archive.Images)
        {
            string id = image.Id.ToString();
            Publish("save", id, id);
        }
        return archive;
    }

    /// <summary>Makes an image of one layer from a root file system's tar.</summary>
    /// <exception cref="InvalidRequestException">The tar is broken, or a change cannot be understood; nothing of it was kept.</exception>
    public async Task<StoredImage> ImportAsync(Stream rootfs, ImportOptions options, CancellationToken cancellationToken = default)
    {
        try
        {
            StoredImage image = await store.ImportAsync(rootfs, options, cancellationToken);
            Publish("import", image.Id.ToString(), options.Reference?.Familiar ?? image.Id.ToString());
            return image;
        }
        catch (ImageArchiveException e)
        {
            throw new InvalidRequestException(e.Message);
        }
    }

    internal static T Translate<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (ImageNotFoundException e)
        {
            throw new NotFoundException(e.Message);
        }
        catch (ImageConflictException e)
        {
            throw new ConflictException(e.Message);
        }
        catch (LayerTarMissingException e)
        {
            throw new NotAvailableException(e.Message);
        }
        catch (FormatException e)
        {
            throw new InvalidRequestException(e.Message);
        }
    }

    private void Publish(string action, string id, string name) =>
        events.Publish("image", action, id, new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = name });
}

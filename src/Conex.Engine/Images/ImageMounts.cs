using Conex.Engine.Errors;
using Conex.Engine.RootFilesystems;
using Conex.Images;
using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci;

namespace Conex.Engine.Images;

/// <summary>Images mounted read-only on the host, on request: the one thing that this engine mounts where others see it. The mounts belong to
/// the kernel: they stay when the engine ends. What is mounted is read from the mount table, so that nothing can contradict it.</summary>
public sealed class ImageMounts
{
    private const uint Searchable = 0x1C9; // 0711
    private const string EmptyName = ".empty";
    private readonly Lock gate = new();
    private readonly ImageStore images;
    private readonly string root;
    private HashSet<string>? held;
    private int holders;

    internal ImageMounts(ImageStore images, EnginePaths paths)
    {
        this.images = images;
        root = paths.ImageMounts;
    }

    /// <summary>What is mounted, sorted by ID.</summary>
    /// <exception cref="KernelException">/proc cannot be read.</exception>
    public IReadOnlyList<MountedImage> List()
    {
        lock (gate)
        {
            return [.. Points().Order(StringComparer.Ordinal).Select(Describe).OfType<MountedImage>()];
        }
    }

    /// <summary>Mounts an image; one that is mounted already stays where it is.</summary>
    /// <exception cref="NotFoundException">No such image.</exception>
    /// <exception cref="NotAvailableException">Only root can.</exception>
    public MountedImage Mount(string nameOrId)
    {
        RequireRoot();
        lock (gate)
        {
            StoredImage image = Resolve(nameOrId);
            string path = PathOf(image.Id);
            if (!Points().Contains(path))
            {
                IReadOnlyList<LayerSource> layers = images.OpenLayers(images.LayerDirectories(image));
                MakeDirectory(root);
                MakeDirectory($"{root}/{EmptyName}");
                using MountHandle mount = MergedRoot.MountReadOnly([.. layers.Select(layer => layer.Path)], $"{root}/{EmptyName}");
                MakeDirectory(path);
                CrashStep.At("image.mount.directory-made");
                mount.Attach(path);
                CrashStep.At("image.mount.attached");
            }
            return Describe(path)!;
        }
    }

    /// <summary>Unmounts an image, also one that was removed meanwhile: by its ID, or the start of it.</summary>
    /// <param name="force">Even if somebody uses it: they keep what they have open.</param>
    /// <exception cref="NotFoundException">No such image.</exception>
    /// <exception cref="ConflictException">It is not mounted, or in use.</exception>
    /// <exception cref="NotAvailableException">Only root can.</exception>
    public Digest Unmount(string nameOrId, bool force)
    {
        RequireRoot();
        lock (gate)
        {
            HashSet<string> points = Points();
            Digest id = FindRemoved(points, nameOrId) ?? Resolve(nameOrId).Id;
            string path = PathOf(id);
            if (!points.Contains(path))
            {
                throw new ConflictException($"image {nameOrId} is not mounted");
            }
            TakeAway(path, nameOrId, force);
            return id;
        }
    }

    /// <summary>Does something while no image is mounted or unmounted. The mount table, which is as long as the machine has mounts, is read once for it.</summary>
    internal T Exclusively<T>(Func<T> work)
    {
        lock (gate)
        {
            holders++;
            try
            {
                return work();
            }
            finally
            {
                held = --holders == 0 ? null : held;
            }
        }
    }

    internal bool Contains(Digest id)
    {
        lock (gate)
        {
            return Points().Contains(PathOf(id));
        }
    }

    /// <summary>For an image that is about to be removed. Calls nothing of the store.</summary>
    /// <param name="force">Whether to unmount it.</param>
    /// <exception cref="ConflictException">It is mounted.</exception>
    internal void LetGo(Digest id, string nameOrId, bool force)
    {
        if (!Contains(id))
        {
            return;
        }
        if (!force)
        {
            throw new ConflictException(
                $"conflict: unable to delete {id.Short} (must be forced) - image is mounted at {PathOf(id)}: \"conex image unmount {nameOrId}\" takes the mount away"
            );
        }
        TakeAway(PathOf(id), nameOrId, force);
    }

    /// <summary>Takes away what an engine left: places with nothing mounted, and mounts of images that are gone.</summary>
    internal void Recover()
    {
        using DirectoryHandle? directory = PathAt.TryOpenDirectory(root);
        if (directory is null)
        {
            return;
        }
        HashSet<string> points = Points();
        foreach (DirectoryEntry entry in DirectoryEntries.Read(directory).Where(entry => entry.Text != EmptyName))
        {
            string path = $"{root}/{entry.Text}";
            bool isKnown = TryId(path) is { } id && images.FindById(id) is not null;
            if (points.Contains(path) && (isKnown || Linux.Mounts.Unmount.Detach(path) != Errno.None))
            {
                continue;
            }
            _ = EntryAt.RemoveDirectory(directory, entry.Name);
        }
    }

    private void TakeAway(string path, string nameOrId, bool force)
    {
        Errno error = force ? Linux.Mounts.Unmount.Detach(path) : Linux.Mounts.Unmount.Try(path);
        if (error == Errno.EBUSY)
        {
            throw new ConflictException(
                $"image {nameOrId} is in use at {path}: a process works in there; --force unmounts it all the same"
            );
        }
        if (error is not (Errno.None or Errno.EINVAL))
        {
            throw new KernelException("unmount", path, error);
        }
        held?.Remove(path);
        CrashStep.At("image.unmount.detached");
        PathAt.RemoveDirectory(PathAt.Current, path);
    }

    private StoredImage Resolve(string nameOrId) => ImageService.Translate(() => images.Resolve(nameOrId));

    private Digest? FindRemoved(HashSet<string> points, string id)
    {
        string start = id.StartsWith($"{Digest.Sha256}:", StringComparison.Ordinal) ? id[(Digest.Sha256.Length + 1)..] : id;
        Digest[] found =
        [
            .. points
                .Select(TryId)
                .OfType<Digest>()
                .Where(one => start.Length > 0 && one.Hex.StartsWith(start, StringComparison.Ordinal) && images.FindById(one) is null),
        ];
        return found.Length == 1 ? found[0] : null;
    }

    private MountedImage? Describe(string path)
    {
        if (TryId(path) is not { } id)
        {
            return null;
        }
        StoredImage? image = images.FindById(id);
        return new MountedImage(id, [.. image?.Tags.Select(tag => tag.Familiar) ?? []], path);
    }

    /// <summary>Where something is mounted.</summary>
    private HashSet<string> Points()
    {
        if (held is not null)
        {
            return held;
        }
        HashSet<string> points = new(
            MountTable.Of(null).Select(mount => mount.Point).Where(point => point.StartsWith($"{root}/", StringComparison.Ordinal)),
            StringComparer.Ordinal
        );
        held = holders > 0 ? points : null;
        return points;
    }

    private string PathOf(Digest id) => $"{root}/{id.Hex}";

    private static Digest? TryId(string path) =>
        Digest.TryParse($"{Digest.Sha256}:{path[(path.LastIndexOf('/') + 1)..]}", out Digest id) ? id : null;

    private static void MakeDirectory(string path)
    {
        if (PathAt.TryMakeDirectory(PathAt.Current, path, Searchable))
        {
            PathAt.SetMode(PathAt.Current, path, Searchable);
        }
    }

    private static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new NotAvailableException(
                "only root can mount an image on the host: \"conex create\" and \"conex cp\" take files out of one without a mount"
            );
        }
    }
}

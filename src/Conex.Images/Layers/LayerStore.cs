using System.Globalization;
using System.Text;
using Conex.Images.Catalog;
using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>Layers in DATA/layers/sha256/&lt;diff ID&gt;: <c>layer.tar</c>, the uncompressed tar byte for byte, and beside it either
/// <c>layer.erofs</c>, by which the tar is mounted, or <c>fs</c>, the unpacked tree. A layer appears whole, verified and durable, by one rename.</summary>
public sealed class LayerStore : IDisposable
{
    private const string UnpackPrefix = ".unpack-";
    private const string RemovedPrefix = ".removed-";
    private const string TrialName = ".trial";
    private readonly string path;
    private readonly DirectoryHandle directory;
    private readonly LayerPlaces places;
    private readonly LayerMounts mounts;
    private readonly LayerDeletion deletion;
    private long counter;

    private LayerStore(string path, ExpansionLimit expansion)
    {
        this.path = path;
        Expansion = expansion;
        places = new LayerPlaces(Path.Combine(Path.GetDirectoryName(path)!, "mounts"));
        mounts = new LayerMounts(path, places);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        directory = PathAt.OpenDirectory(path);
        deletion = new LayerDeletion(directory);
    }

    /// <summary>Makes the directory when missing and removes what an interrupted process left.</summary>
    /// <param name="storage">How containers shall get the layers' files.</param>
    /// <param name="expansion">How large layers may become; null: the default.</param>
    /// <exception cref="KernelException">The directory cannot be made or read.</exception>
    public static LayerStore Open(string dataDirectory, LayerStorage storage = LayerStorage.Automatic, ExpansionLimit? expansion = null)
    {
        string path = Path.Combine(Path.GetFullPath(dataDirectory), "layers", Digest.Sha256);
        var store = new LayerStore(path, expansion ?? ExpansionLimit.Default);
        foreach (DirectoryEntry entry in store.Entries())
        {
            if (entry.Name[0] == '.')
            {
                store.Discard(entry.Text);
            }
        }
        store.places.Clear();
        store.Try();
        store.Storage = storage switch
        {
            LayerStorage.Automatic => store.Trial.Best,
            LayerStorage.Mounted when store.Trial.Best != LayerStorage.Unpacked => store.Trial.Best,
            _ => storage,
        };
        return store;
    }

    /// <summary>How large layers may become.</summary>
    internal ExpansionLimit Expansion { get; }

    /// <summary>What this machine can do with layers.</summary>
    public LayerTrial Trial { get; private set; } = LayerTrial.None;

    /// <summary>How containers get the layers' files.</summary>
    public LayerStorage Storage { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        deletion.Dispose();
        mounts.Dispose();
        directory.Dispose();
    }

    /// <summary>Where an unpacked layer's files are, absolute; the name of a layer for <see cref="Source"/>.</summary>
    public string PathOf(Digest diffId) => Path.Combine(path, diffId.Hex, LayerFiles.Tree);

    /// <summary>The layer that <see cref="PathOf"/> names.</summary>
    internal static Digest DiffIdOf(string path) => Digest.Parse($"{Digest.Sha256}:{Path.GetFileName(Path.GetDirectoryName(path))}");

    /// <summary>Where a layer's files are. A missing or damaged index is written again from the tar; where layers are not mounted, and when one
    /// cannot be, a layer that is not unpacked is unpacked now.</summary>
    /// <exception cref="KernelException">The layer is not there, or the machine refuses.</exception>
    public LayerSource Source(Digest diffId) => mounts.Get(diffId, Storage);

    /// <summary>A layer's tar, byte for byte as its diff ID says; null when the layer was unpacked before tars were kept, or is not there.</summary>
    /// <exception cref="KernelException">The file cannot be opened.</exception>
    public Stream? OpenTar(Digest diffId)
    {
        string tar = $"{diffId.Hex}/{LayerFiles.Tar}";
        FileHandle? file = PathAt.TryOpen(directory, tar, OpenMode.Read, out Errno error);
        return file is not null ? LayerFiles.Stream(file, FileAccess.Read)
            : error == Errno.ENOENT ? null
            : throw new KernelException("open", tar, error);
    }

    /// <summary>The layer, when it is there.</summary>
    public StoredLayer? Find(Digest diffId) =>
        RecordOf(diffId) is { } read ? new StoredLayer(diffId, read.TarSize, read.ContentSize) : null;

    /// <summary>What is known of a layer; null when it is not there.</summary>
    internal LayerRecord? RecordOf(Digest diffId) => LayerFiles.TryReadRecord(directory, diffId.Hex);

    /// <summary>Whether there is anything of a layer.</summary>
    internal bool Contains(Digest diffId) => PathAt.Status(directory, diffId.Hex, follow: false) is not null;

    /// <summary>All layers.</summary>
    public IReadOnlyList<Digest> List() =>
        [
            .. Entries()
                .Select(entry => Digest.TryParse($"{Digest.Sha256}:{entry.Text}", out Digest id) ? id : default)
                .Where(id => !id.IsDefault),
        ];

    /// <summary>Takes a layer in under a temporary name, in one pass, and verifies its diff ID over the same bytes.</summary>
    /// <param name="tar">Plain or compressed.</param>
    /// <param name="expected">The diff ID it must have; null takes what comes, and then wants the tar's end marker.</param>
    /// <exception cref="TarException">The tar is malformed or cut off.</exception>
    /// <exception cref="CompressionException">The compressed data is damaged or a bomb.</exception>
    /// <exception cref="LayerException">An entry is hostile, or the diff ID is another one.</exception>
    /// <exception cref="KernelException">The machine refuses: no space, no permission.</exception>
    public PendingLayer Unpack(Stream tar, Digest? expected, CancellationToken cancellationToken = default) =>
        Fill(writer => writer.Write(tar, expected, cancellationToken));

    /// <summary>Takes a layer in whose tar lies on the disk and is hashed already: the file becomes the layer's, and only its headers are read.</summary>
    /// <inheritdoc cref="Unpack"/>
    internal PendingLayer AdoptTar(BlobWriter tar, CancellationToken cancellationToken) =>
        Fill(writer => writer.Adopt(tar, cancellationToken));

    private PendingLayer Fill(Func<LayerWriter, StoredLayer> fill)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{UnpackPrefix}{Interlocked.Increment(ref counter)}");
        PathAt.MakeDirectory(directory, name, 0x1C0);
        try
        {
            using DirectoryHandle layerDirectory = PathAt.OpenDirectory(directory, name);
            StoredLayer layer = fill(new LayerWriter(layerDirectory, Storage != LayerStorage.Unpacked, Expansion));
            CrashStep.At("layer.unpack.unpacked");
            return new PendingLayer(directory, name, layer);
        }
        catch
        {
            DirectoryTree.Remove(directory, name);
            throw;
        }
    }

    /// <summary>Reads a layer that is already there, only to see that it is what it should be.</summary>
    /// <exception cref="LayerException">The diff ID is another one.</exception>
    /// <exception cref="CompressionException">The compressed data is damaged or a bomb.</exception>
    public void Verify(Stream tar, Digest expected, CancellationToken cancellationToken = default)
    {
        using Stream plain = Decompression.Open(tar, Expansion);
        using var hashing = new HashingStream(plain);
        byte[] buffer = new byte[256 * 1024];
        while (hashing.Read(buffer) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        LayerWriter.CheckDiffId(hashing.Digest, expected);
    }

    /// <summary>Makes unpacked layers durable and visible. What is there already, perhaps since a moment ago, stays as it is.</summary>
    /// <exception cref="KernelException">The disk refuses.</exception>
    public void Commit(IReadOnlyList<PendingLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0)
        {
            return;
        }
        // One flush of the file system instead of one fsync(2) for each of tens of thousands of files.
        OpenFile.SyncFileSystem(directory, path);
        CrashStep.At("layer.commit.synced");
        foreach (PendingLayer layer in layers)
        {
            Errno error = Rename(layer.Name, layer.Layer.DiffId.Hex);
            if (error == Errno.None)
            {
                layer.IsCommitted = true;
                CrashStep.At("layer.commit.renamed");
            }
            else if (error is not (Errno.ENOTEMPTY or Errno.EEXIST))
            {
                throw new KernelException("commit layer", layer.Layer.DiffId.ToString(), error);
            }
        }
        FileIo.Sync(directory, path);
    }

    /// <summary>Puts what was unpacked anew in the place of a damaged layer. Containers that have it mounted keep what they have.</summary>
    /// <exception cref="KernelException">The disk refuses.</exception>
    internal void Replace(PendingLayer layer)
    {
        OpenFile.SyncFileSystem(directory, path);
        string hex = layer.Layer.DiffId.Hex;
        Errno error = mounts.Exclusively(() =>
            EntryAt.Exchange(directory, Encoding.ASCII.GetBytes(layer.Name), Encoding.ASCII.GetBytes(hex))
        );
        CrashStep.At("layer.replace.exchanged");
        if (error != Errno.None)
        {
            throw new KernelException("replace layer", layer.Layer.DiffId.ToString(), error);
        }
        mounts.Forget(layer.Layer.DiffId);
        FileIo.Sync(directory, path);
        // What has the temporary name now is the damaged one.
        layer.Dispose();
    }

    /// <summary>Looks at a layer's directory, or puts it right, while nobody makes a mount of it.</summary>
    internal T Exclusively<T>(Digest diffId, Func<DirectoryHandle, T> work) =>
        mounts.Exclusively(() =>
        {
            using DirectoryHandle layer = PathAt.OpenDirectory(directory, diffId.Hex);
            return work(layer);
        });

    /// <summary>An empty tree for what a tar holds.</summary>
    internal LayerTree NewTree() => new(new UnpackRules(Privileged: true), directory);

    internal bool HasMount(Digest diffId) => mounts.Contains(diffId);

    /// <inheritdoc cref="ImageStore.AdoptMount"/>
    internal void Adopt(Digest diffId, FileHandle mount, DateTimeOffset since)
    {
        var owned = new MountHandle(mount.Descriptor);
        mount.SetHandleAsInvalid();
        bool IsOlder(string file) =>
            PathAt.Status(directory, $"{diffId.Hex}/{file}") is { } status && status.ModifiedSeconds <= since.ToUnixTimeSeconds();
        if (Storage != LayerStorage.Mounted || !IsOlder(LayerFiles.Tar) || !IsOlder(LayerFiles.Index) || !mounts.TryAdd(diffId, owned))
        {
            owned.Dispose();
        }
    }

    /// <summary>Lets go of a layer's mount: the next container gets a new one.</summary>
    internal void ForgetMount(Digest diffId) => mounts.Forget(diffId);

    /// <summary>Takes a layer away, if it is there. Its space is free a while after that: a tree takes seconds.</summary>
    internal void Remove(Digest diffId)
    {
        mounts.Forget(diffId);
        string name = string.Create(CultureInfo.InvariantCulture, $"{RemovedPrefix}{Interlocked.Increment(ref counter)}");
        Errno error = Rename(diffId.Hex, name);
        CrashStep.At("layer.remove.detached");
        if (error == Errno.None)
        {
            deletion.Add(name);
        }
        else if (error != Errno.ENOENT)
        {
            throw new KernelException("remove layer", diffId.ToString(), error);
        }
    }

    /// <summary>Whether something in the directory of layers is what was one, and is going.</summary>
    internal bool IsGoing(string name) => deletion.Contains(name);

    /// <summary>Deletes what a former process left under a temporary name, of which this one uses no number again.</summary>
    private void Discard(string name)
    {
        if (long.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), CultureInfo.InvariantCulture, out long number))
        {
            counter = Math.Max(counter, number);
            deletion.Add(name);
        }
        else
        {
            DirectoryTree.Remove(directory, name);
        }
    }

    private Errno Rename(string from, string to) =>
        EntryAt.Rename(directory, Encoding.ASCII.GetBytes(from), directory, Encoding.ASCII.GetBytes(to));

    private void Try()
    {
        PathAt.MakeDirectory(directory, TrialName, 0x1C0);
        using (DirectoryHandle place = PathAt.OpenDirectory(directory, TrialName))
        {
            Trial = LayerTrial.Run(place, places);
        }
        DirectoryTree.Remove(directory, TrialName);
    }

    private IReadOnlyList<DirectoryEntry> Entries()
    {
        using DirectoryHandle reading = PathAt.OpenDirectory(path);
        return DirectoryEntries.Read(reading);
    }
}

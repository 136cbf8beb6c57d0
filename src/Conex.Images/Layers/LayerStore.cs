using System.Globalization;
using System.Text;
using System.Text.Json;
using Conex.Images.Catalog;
using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>Unpacked layers in DATA/layers/sha256/&lt;diff ID&gt;/fs. A layer appears whole, verified and durable, by one rename.</summary>
public sealed class LayerStore : IDisposable
{
    private const string UnpackPrefix = ".unpack-";
    private const string RemovedPrefix = ".removed-";
    private const string RecordName = "layer.json";
    private readonly string path;
    private readonly DirectoryHandle directory;
    private long counter;

    private LayerStore(string path)
    {
        this.path = path;
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        directory = PathAt.OpenDirectory(path);
    }

    /// <summary>Makes the directory when missing and removes what an interrupted process left.</summary>
    /// <exception cref="KernelException">The directory cannot be made or read.</exception>
    public static LayerStore Open(string dataDirectory)
    {
        var store = new LayerStore(Path.Combine(dataDirectory, "layers", Digest.Sha256));
        foreach (DirectoryEntry entry in store.Entries())
        {
            if (entry.Name[0] == '.')
            {
                DirectoryTree.Remove(store.directory, entry.Name);
            }
        }
        return store;
    }

    /// <inheritdoc/>
    public void Dispose() => directory.Dispose();

    /// <summary>The absolute path of a layer's files.</summary>
    public string PathOf(Digest diffId) => Path.Combine(path, diffId.Hex, "fs");

    /// <summary>The layer, when it is there.</summary>
    public StoredLayer? Find(Digest diffId)
    {
        string record = $"{diffId.Hex}/{RecordName}";
        using FileHandle? file = PathAt.TryOpen(directory, record, OpenMode.Read, out Errno error);
        if (file is null)
        {
            return error == Errno.ENOENT ? null : throw new KernelException("open", record, error);
        }
        byte[] bytes = FileIo.ReadToEnd(file, record, 1 << 16);
        return JsonSerializer.Deserialize(bytes, CatalogJson.Default.LayerRecord) is { } read
            ? new StoredLayer(diffId, read.TarSize, read.ContentSize)
            : null;
    }

    /// <summary>All layers.</summary>
    public IReadOnlyList<Digest> List() =>
        [
            .. Entries()
                .Select(entry => Digest.TryParse($"{Digest.Sha256}:{entry.Text}", out Digest id) ? id : default)
                .Where(id => !id.IsDefault),
        ];

    /// <summary>Unpacks a layer under a temporary name and verifies its diff ID over the same bytes.</summary>
    /// <param name="tar">Plain, gzip or zstd.</param>
    /// <param name="expected">The diff ID it must have; null takes what comes, and then wants the tar's end marker.</param>
    /// <exception cref="TarException">The tar is malformed or cut off.</exception>
    /// <exception cref="CompressionException">The compressed data is damaged or a bomb.</exception>
    /// <exception cref="LayerException">An entry is hostile, or the diff ID is another one.</exception>
    /// <exception cref="KernelException">The machine refuses: no space, no permission.</exception>
    public PendingLayer Unpack(Stream tar, Digest? expected, CancellationToken cancellationToken = default)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{UnpackPrefix}{Interlocked.Increment(ref counter)}");
        PathAt.MakeDirectory(directory, name, 0x1C0);
        try
        {
            StoredLayer layer = UnpackInto(name, tar, expected, cancellationToken);
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
    public static void Verify(Stream tar, Digest expected, CancellationToken cancellationToken = default)
    {
        using Stream plain = Decompression.Open(tar);
        using var hashing = new HashingStream(plain);
        byte[] buffer = new byte[256 * 1024];
        while (hashing.Read(buffer) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        CheckDiffId(hashing.Digest, expected);
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

    /// <summary>Takes a layer away at once; <see cref="DeleteDetached"/> frees its space, which takes long.</summary>
    /// <returns>What to delete; null when the layer was not there.</returns>
    public string? Detach(Digest diffId)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{RemovedPrefix}{Interlocked.Increment(ref counter)}");
        Errno error = Rename(diffId.Hex, name);
        CrashStep.At("layer.remove.detached");
        return error switch
        {
            Errno.None => name,
            Errno.ENOENT => null,
            _ => throw new KernelException("remove layer", diffId.ToString(), error),
        };
    }

    /// <inheritdoc cref="Detach"/>
    public void DeleteDetached(string name) => DirectoryTree.Remove(directory, name);

    private StoredLayer UnpackInto(string name, Stream tar, Digest? expected, CancellationToken cancellationToken)
    {
        using Stream plain = Decompression.Open(tar);
        using var hashing = new HashingStream(plain);
        var reader = new TarReader(hashing);
        using DirectoryHandle layerDirectory = PathAt.OpenDirectory(directory, name);
        PathAt.MakeDirectory(layerDirectory, "fs", 0x1ED);
        long contentSize;
        using (DirectoryHandle root = PathAt.OpenDirectory(layerDirectory, "fs"))
        {
            // A set-group-ID bit of the data directory would come down to here and give every file its group.
            UnpackError.Check(OpenFile.SetMode(root, 0x1ED), "set the mode of", default);
            contentSize = LayerExtractor.Extract(reader, root, rules: null, cancellationToken);
        }
        reader.Drain();
        if (expected is { } diffId)
        {
            CheckDiffId(hashing.Digest, diffId);
        }
        else if (!reader.HasEndMarker)
        {
            throw new TarException("the tar ends early: it was cut off, or is no tar at all");
        }
        var layer = new StoredLayer(hashing.Digest, hashing.Count, contentSize);
        AtomicFile.Write(
            layerDirectory,
            RecordName,
            JsonSerializer.SerializeToUtf8Bytes(LayerRecord.From(layer), CatalogJson.Default.LayerRecord)
        );
        return layer;
    }

    private Errno Rename(string from, string to) =>
        EntryAt.Rename(directory, Encoding.ASCII.GetBytes(from), directory, Encoding.ASCII.GetBytes(to));

    private static void CheckDiffId(Digest actual, Digest expected)
    {
        if (actual != expected)
        {
            throw new LayerException($"the layer has the diff ID {actual}, but the image's configuration says {expected}");
        }
    }

    private IReadOnlyList<DirectoryEntry> Entries()
    {
        using DirectoryHandle reading = PathAt.OpenDirectory(path);
        return DirectoryEntries.Read(reading);
    }
}

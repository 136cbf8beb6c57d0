using System.Globalization;
using System.Security.Cryptography;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Content;

/// <summary>Blobs by digest, in DATA/content/blobs/sha256. A blob appears whole, verified and durable, and never changes.</summary>
public sealed class ContentStore
{
    /// <summary>Bytes of a manifest, an index, a configuration or an archive's list of images that comes in: the specification asks registries and clients for no more.</summary>
    internal const int LargestDocument = 4 << 20;

    private const int MetadataLimit = 16 << 20;
    private readonly string blobs;
    private readonly string temporary;
    private long counter;

    private ContentStore(string dataDirectory)
    {
        blobs = Path.Combine(dataDirectory, "content", "blobs", Digest.Sha256);
        temporary = Path.Combine(dataDirectory, "tmp");
    }

    /// <summary>Makes the directories when missing and empties DATA/tmp, which only an interrupted process left something in.</summary>
    /// <exception cref="KernelException">The directories cannot be made or read.</exception>
    public static ContentStore Open(string dataDirectory)
    {
        var store = new ContentStore(dataDirectory);
        Directory.CreateDirectory(store.blobs, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(store.temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using DirectoryHandle directory = PathAt.OpenDirectory(store.temporary);
        foreach (DirectoryEntry entry in DirectoryEntries.Read(directory))
        {
            DirectoryTree.Remove(directory, entry.Name);
        }
        return store;
    }

    /// <summary>Whether the blob is there.</summary>
    public bool Contains(Digest digest) => digest.Algorithm == Digest.Sha256 && File.Exists(PathOf(digest));

    /// <summary>Reads a blob.</summary>
    /// <exception cref="BlobException">It is missing.</exception>
    public Stream Open(Digest digest)
    {
        try
        {
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (FileNotFoundException)
        {
            throw Missing(digest);
        }
    }

    /// <summary>A small blob as a whole, verified once more.</summary>
    /// <exception cref="BlobException">It is missing, or the disk returns something else than was written.</exception>
    public byte[] Read(Digest digest)
    {
        using FileHandle file =
            PathAt.TryOpen(PathAt.Current, PathOf(digest), OpenMode.Read, out Errno error)
            ?? throw (error == Errno.ENOENT ? Missing(digest) : new KernelException("open", PathOf(digest), error));
        byte[] bytes = FileIo.ReadToEnd(file, PathOf(digest), MetadataLimit);
        return Digest.FromSha256(SHA256.HashData(bytes)) == digest
            ? bytes
            : throw new BlobException($"blob {digest} is damaged on the disk: its content has another digest");
    }

    /// <summary>Begins a new blob.</summary>
    /// <exception cref="KernelException">The temporary file cannot be made.</exception>
    public BlobWriter Begin()
    {
        long number = Interlocked.Increment(ref counter);
        return new BlobWriter(Path.Combine(temporary, string.Create(CultureInfo.InvariantCulture, $"blob-{number}")));
    }

    /// <summary>Makes what was written a blob.</summary>
    /// <param name="expected">What it must be.</param>
    /// <param name="size">Its size in bytes, where that is known.</param>
    /// <exception cref="BlobException">It is something else; nothing is kept.</exception>
    public void Commit(BlobWriter writer, Digest expected, long? size = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (size is { } bytes && writer.Size != bytes)
        {
            throw new BlobException($"blob {expected} has {writer.Size} bytes instead of {bytes}");
        }
        if (writer.Digest != expected)
        {
            throw new BlobException($"blob {expected} is damaged: its content has the digest {writer.Digest}");
        }
        if (!Contains(expected))
        {
            writer.MoveTo(PathOf(expected));
        }
    }

    /// <summary>Makes a file beside the store a blob; whoever wrote it has verified and synced it.</summary>
    /// <exception cref="KernelException">The file is not there.</exception>
    internal void Adopt(string path, Digest digest)
    {
        PathAt.Rename(PathAt.Current, path, PathAt.Current, PathOf(digest));
        CrashStep.At("image.pull.blob-adopted");
        using DirectoryHandle parent = PathAt.OpenDirectory(blobs);
        FileIo.Sync(parent, blobs);
    }

    /// <summary>Stores a small blob.</summary>
    public Digest Write(ReadOnlySpan<byte> bytes)
    {
        Digest digest = Digest.FromSha256(SHA256.HashData(bytes));
        if (!Contains(digest))
        {
            using BlobWriter writer = Begin();
            writer.Write(bytes);
            Commit(writer, digest);
        }
        return digest;
    }

    /// <summary>Removes a blob; a missing one is no error.</summary>
    public void Delete(Digest digest) => FreedLater.Remove(PathOf(digest));

    /// <summary>All blobs.</summary>
    public IReadOnlyList<Digest> List()
    {
        using DirectoryHandle directory = PathAt.OpenDirectory(blobs);
        var digests = new List<Digest>();
        foreach (DirectoryEntry entry in DirectoryEntries.Read(directory))
        {
            if (Digest.TryParse($"{Digest.Sha256}:{entry.Text}", out Digest digest))
            {
                digests.Add(digest);
            }
        }
        return digests;
    }

    private string PathOf(Digest digest) =>
        digest.Algorithm == Digest.Sha256
            ? Path.Combine(blobs, digest.Hex)
            : throw new BlobException($"blob {digest} is named by an algorithm that is not supported; sha256 is");

    private static BlobException Missing(Digest digest) => new($"blob {digest} is missing");
}

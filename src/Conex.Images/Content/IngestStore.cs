using System.Collections.Concurrent;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Content;

/// <summary>Blobs that are not all here yet, in DATA/content/ingest by their digests: a download that is cut off goes on there.</summary>
internal sealed class IngestStore
{
    /// <summary>A download that nobody took up for so long is forgotten.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private readonly string path;
    private readonly ConcurrentDictionary<Digest, bool> whole = [];

    private IngestStore(string path) => this.path = path;

    /// <summary>Makes the directory when missing, and forgets what is old.</summary>
    /// <exception cref="KernelException">The directory cannot be made or read.</exception>
    internal static IngestStore Open(string dataDirectory, DateTimeOffset now)
    {
        var store = new IngestStore(Path.Combine(dataDirectory, "content", "ingest"));
        Directory.CreateDirectory(store.path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        long oldest = (now - Kept).ToUnixTimeSeconds();
        using DirectoryHandle directory = PathAt.OpenDirectory(store.path);
        foreach (DirectoryEntry entry in DirectoryEntries.Read(directory))
        {
            bool isBlob = Digest.TryParse($"{Digest.Sha256}:{entry.Text}", out _);
            if (!isBlob || PathAt.Status(directory, entry.Text, follow: false) is not { } status || status.ModifiedSeconds < oldest)
            {
                DirectoryTree.Remove(directory, entry.Name);
            }
        }
        return store;
    }

    /// <summary>Opens what is there of a blob, to go on at its end. One opener at a time.</summary>
    /// <exception cref="KernelException">The file cannot be made.</exception>
    internal PartialBlob Begin(Digest digest) => new(PathOf(digest), () => whole[digest] = true);

    /// <summary>Whether all of a blob is there, verified by this process: a file alone may be the beginning that a cut download left.</summary>
    internal bool HasWhole(Digest digest) => whole.ContainsKey(digest) && File.Exists(PathOf(digest));

    /// <summary>Where a whole blob lies, for its move into the content store.</summary>
    internal string PathOf(Digest digest) => Path.Combine(path, digest.Hex);

    internal void Delete(Digest digest)
    {
        whole.TryRemove(digest, out _);
        PathAt.Unlink(PathAt.Current, PathOf(digest));
    }
}

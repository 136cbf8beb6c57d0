using System.Buffers.Binary;
using Conex.Images.Paging;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>What a walk through a tree remembers, in pages, so that its memory does not grow with the tree.</summary>
public sealed class TreeScratch : IDisposable
{
    private readonly PageCache cache = new(ScratchFile.Open);
    private readonly BlobHeap paths;
    private readonly SortedIndex placesOfPaths;
    private readonly SortedNames names;

    /// <summary>Nothing is remembered.</summary>
    public TreeScratch()
    {
        paths = new BlobHeap(cache);
        placesOfPaths = new SortedIndex(cache);
        names = new SortedNames(new BlobHeap(cache));
    }

    /// <inheritdoc/>
    public void Dispose() => cache.Dispose();

    /// <summary>What is in a directory but "." and "..", in the order of the names' bytes. Lists of several directories may be read in turns.</summary>
    /// <param name="directory">Opened for reading, at its start.</param>
    /// <exception cref="KernelException">The directory cannot be read.</exception>
    public IEnumerable<byte[]> SortedNames(DirectoryHandle directory) => names.Of(directory);

    /// <summary>The path that a file with several names was first met at; null when it is now, or has only one.</summary>
    internal byte[]? FirstPathOrAdd(FileStatus status, byte[] path)
    {
        if (status.Links <= 1)
        {
            return null;
        }
        byte[] key = KeyOf(status);
        if (placesOfPaths.TryGet(key, out long place))
        {
            return paths.Get(place);
        }
        placesOfPaths.Set(key, paths.Add(path));
        return null;
    }

    /// <summary>The file is not there any more.</summary>
    internal void Forget(FileStatus status) => placesOfPaths.Remove(KeyOf(status));

    private static byte[] KeyOf(FileStatus status)
    {
        byte[] key = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(key, status.Device.Major);
        BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(4), status.Device.Minor);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(8), status.Inode);
        return key;
    }
}

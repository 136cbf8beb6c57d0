using System.Buffers.Binary;
using System.Security.Cryptography;
using Conex.Images.Paging;
using Conex.Images.Tar;

namespace Conex.Images.Layers;

/// <summary>What entries said of directories, kept for the end.</summary>
internal sealed class PendingEntries(PageCache cache)
{
    private const int LongestPlainKey = 1000;
    private readonly SortedIndex entries = new(cache);
    private readonly SortedIndex removals = new(cache);
    private readonly BlobHeap heap = new(cache);
    private long removalCount;

    /// <summary>Paths and their last entries, children before their parents.</summary>
    internal IEnumerable<(byte[] Path, TarEntry Entry)> ChildrenFirst
    {
        get
        {
            foreach ((_, long place) in entries.Descending())
            {
                (byte[] path, TarEntry entry, long removalsBefore) = Decode(heap.Get(place));
                if (removalCount == removalsBefore || !IsRemovedSince(path, removalsBefore))
                {
                    yield return (path, entry);
                }
            }
        }
    }

    /// <summary>The last entry of a path wins.</summary>
    internal void Set(LayerPath path, TarEntry entry) => entries.Set(Key(path.Bytes), heap.Add(Encode(path, entry)));

    /// <summary>A directory is gone, with all that was in it.</summary>
    internal void Remove(LayerPath path) => removals.Set(Key(path.Bytes), ++removalCount);

    private bool IsRemovedSince(ReadOnlySpan<byte> path, long removalsBefore)
    {
        for (int end = path.Length; end > 0; end = path[..end].LastIndexOf((byte)'/'))
        {
            if (removals.TryGet(Key(path[..end]), out long removal) && removal > removalsBefore)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A path is larger than those it begins with; so are their keys, which are short enough for an index.</summary>
    private static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> path)
    {
        if (path.Length <= LongestPlainKey)
        {
            return path;
        }
        byte[] key = new byte[LongestPlainKey + sizeof(ushort) + SHA256.HashSizeInBytes];
        path[..LongestPlainKey].CopyTo(key);
        BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(LongestPlainKey), (ushort)path.Length);
        SHA256.HashData(path, key.AsSpan(LongestPlainKey + sizeof(ushort)));
        return key;
    }

    private byte[] Encode(LayerPath path, TarEntry entry)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(removalCount);
        writer.Write((ushort)path.Bytes.Length);
        writer.Write(path.Bytes);
        writer.Write(entry.Mode);
        writer.Write(entry.UserId);
        writer.Write(entry.GroupId);
        writer.Write(entry.Modified.Seconds);
        writer.Write(entry.Modified.Nanoseconds);
        AttributeBlob.Write(writer, entry.Attributes);
        return stream.ToArray();
    }

    private static (byte[] Path, TarEntry Entry, long RemovalsBefore) Decode(byte[] blob)
    {
        using var reader = new BinaryReader(new MemoryStream(blob));
        long removalsBefore = reader.ReadInt64();
        byte[] path = reader.ReadBytes(reader.ReadUInt16());
        var entry = new TarEntry
        {
            Type = TarEntryType.Directory,
            Path = path,
            Mode = reader.ReadUInt32(),
            UserId = reader.ReadUInt32(),
            GroupId = reader.ReadUInt32(),
            Modified = new TarTime(reader.ReadInt64(), reader.ReadUInt32()),
            Attributes = AttributeBlob.Read(reader),
        };
        return (path, entry, removalsBefore);
    }
}

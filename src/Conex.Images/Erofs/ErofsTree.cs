using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Conex.Images.Paging;
using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>A tree that becomes an image. It may have millions of nodes: those used last are in memory, the others in a file.</summary>
internal sealed class ErofsTree : IDisposable
{
    private const int ParentSize = 4;
    private const int LongestKey = ParentSize + ErofsFormat.LongestName;
    private readonly RecordTable<NodeRecord> nodes;

    // Keys are a directory's number, the larger bytes first, and a name in it.
    private readonly SortedIndex names;

    /// <param name="openFile">See <see cref="PageCache"/>.</param>
    internal ErofsTree(Func<FileHandle> openFile)
    {
        Cache = new PageCache(openFile);
        nodes = new RecordTable<NodeRecord>(Cache);
        names = new SortedIndex(Cache);
        Heap = new BlobHeap(Cache);
        Root = NewNode(FileKind.Directory);
    }

    internal PageCache Cache { get; }

    internal BlobHeap Heap { get; }

    internal ErofsNode Root { get; }

    /// <summary>A directory, FIFO or socket.</summary>
    internal ErofsNode NewNode(FileKind kind) => Add(new NodeRecord { KindAndMode = (ushort)kind });

    internal ErofsNode NewDevice(FileKind kind, uint major, uint minor) =>
        Add(
            new NodeRecord
            {
                KindAndMode = (ushort)kind,
                Size = major,
                DeviceOffset = minor,
            }
        );

    internal ErofsNode NewSymbolicLink(ReadOnlySpan<byte> target) =>
        Add(new NodeRecord { KindAndMode = (ushort)FileKind.SymbolicLink, Content = Heap.Add(target) });

    /// <summary>A file whose bytes lie in the device as they are.</summary>
    /// <param name="size">In bytes.</param>
    /// <param name="deviceOffset">Where they begin.</param>
    internal ErofsNode NewFile(long size, long deviceOffset) =>
        Add(
            new NodeRecord
            {
                KindAndMode = (ushort)FileKind.Regular,
                Size = size,
                DeviceOffset = deviceOffset,
            }
        );

    /// <summary>A file with holes.</summary>
    /// <param name="size">In bytes, holes included.</param>
    /// <param name="pieces">In order.</param>
    internal ErofsNode NewSparseFile(long size, ReadOnlySpan<ErofsExtent> pieces) =>
        Add(
            new NodeRecord
            {
                KindAndMode = (ushort)FileKind.Regular,
                Size = size,
                Content = Heap.Add(MemoryMarshal.AsBytes(pieces)),
            }
        );

    /// <summary>Nodes are numbered from 0 to below it.</summary>
    internal int NodeCount => nodes.Count;

    internal ref readonly NodeRecord Read(int number) => ref nodes.Read(number);

    internal ref NodeRecord Change(int number) => ref nodes.Change(number);

    internal ErofsNode? Child(int directory, ReadOnlySpan<byte> name) =>
        name.Length <= ErofsFormat.LongestName && names.TryGet(Key(directory, name, stackalloc byte[LongestKey]), out long child)
            ? new ErofsNode(this, (int)child)
            : null;

    /// <summary>What a directory holds, in the order of the names' bytes. Nothing may be added or removed meanwhile.</summary>
    internal IEnumerable<(byte[] Name, ErofsNode Node)> Children(int directory)
    {
        byte[] prefix = new byte[ParentSize];
        BinaryPrimitives.WriteInt32BigEndian(prefix, directory);
        foreach ((byte[] key, long child) in names.From(prefix))
        {
            yield return (key[ParentSize..], new ErofsNode(this, (int)child));
        }
    }

    internal void SetChild(int directory, ReadOnlySpan<byte> name, int child) =>
        names.Set(Key(directory, name, stackalloc byte[LongestKey]), child);

    internal void RemoveChild(int directory, ReadOnlySpan<byte> name) => names.Remove(Key(directory, name, stackalloc byte[LongestKey]));

    public void Dispose() => Cache.Dispose();

    private ErofsNode Add(in NodeRecord record) => new(this, nodes.Add(record));

    private static Span<byte> Key(int directory, ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer, directory);
        name.CopyTo(buffer[ParentSize..]);
        return buffer[..(ParentSize + name.Length)];
    }
}

using System.Buffers.Binary;

namespace Conex.Images.Paging;

/// <summary>A page of a <see cref="SortedIndex"/>: a header, the offsets of its entries in the order of their keys, and from the end on the entries. Those
/// of a leaf have the values; in a page above the leaves a value is the page with the keys from this one on.</summary>
internal readonly ref struct IndexPage(Span<byte> page)
{
    private const int HeaderSize = 16;
    private const int OffsetSize = 2;
    private const int EntryHeaderSize = 10;
    private readonly Span<byte> page = page;

    /// <summary>Three entries fit into a page, so that the parts of a page that is split have room for one more.</summary>
    internal const int LongestKey = ((PageCache.PageSize - HeaderSize) / 3) - OffsetSize - EntryHeaderSize;

    internal bool IsLeaf => page[0] == 1;

    internal int Count => BinaryPrimitives.ReadUInt16LittleEndian(page[2..]);

    /// <summary>The leaf with the next larger keys, -1 behind the last; of a page above, the page with the keys before its first one.</summary>
    internal int Next
    {
        get => BinaryPrimitives.ReadInt32LittleEndian(page[8..]);
        set => BinaryPrimitives.WriteInt32LittleEndian(page[8..], value);
    }

    /// <summary>The leaf with the next smaller keys, -1 before the first.</summary>
    internal int Previous
    {
        get => BinaryPrimitives.ReadInt32LittleEndian(page[12..]);
        set => BinaryPrimitives.WriteInt32LittleEndian(page[12..], value);
    }

    private int Bottom => BinaryPrimitives.ReadUInt16LittleEndian(page[4..]);

    internal void Clear(bool isLeaf)
    {
        page[0] = isLeaf ? (byte)1 : (byte)0;
        Set(count: 0, PageCache.PageSize);
    }

    internal ReadOnlySpan<byte> Key(int index)
    {
        int entry = Offset(index);
        return page.Slice(entry + EntryHeaderSize, BinaryPrimitives.ReadUInt16LittleEndian(page[entry..]));
    }

    internal long Value(int index) => BinaryPrimitives.ReadInt64LittleEndian(page[(Offset(index) + 2)..]);

    internal void SetValue(int index, long value) => BinaryPrimitives.WriteInt64LittleEndian(page[(Offset(index) + 2)..], value);

    /// <summary>The page below in which a key is, if it is anywhere.</summary>
    internal int Below(ReadOnlySpan<byte> key)
    {
        int index = Find(key, out bool isThere);
        index = isThere ? index : index - 1;
        return index < 0 ? Next : (int)Value(index);
    }

    /// <summary>Where a key is, or would be.</summary>
    internal int Find(ReadOnlySpan<byte> key, out bool isThere)
    {
        (int low, int high) = (0, Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            int order = Key(middle).SequenceCompareTo(key);
            if (order == 0)
            {
                isThere = true;
                return middle;
            }
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle);
        }
        isThere = false;
        return low;
    }

    /// <returns>False when there is no room.</returns>
    internal bool TryInsert(int index, ReadOnlySpan<byte> key, long value)
    {
        int count = Count;
        if (Bottom - HeaderSize - (count * OffsetSize) < Size(key.Length))
        {
            // What was removed may have left room.
            if (PageCache.PageSize - HeaderSize - Used() < Size(key.Length))
            {
                return false;
            }
            Compact();
        }
        int entry = Bottom - EntryHeaderSize - key.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(page[entry..], (ushort)key.Length);
        BinaryPrimitives.WriteInt64LittleEndian(page[(entry + 2)..], value);
        key.CopyTo(page[(entry + EntryHeaderSize)..]);
        Span<byte> offsets = page.Slice(HeaderSize + (index * OffsetSize), (count - index + 1) * OffsetSize);
        offsets[..^OffsetSize].CopyTo(offsets[OffsetSize..]);
        BinaryPrimitives.WriteUInt16LittleEndian(offsets, (ushort)entry);
        Set(count + 1, entry);
        return true;
    }

    internal void Remove(int index)
    {
        int count = Count;
        Span<byte> offsets = page.Slice(HeaderSize + (index * OffsetSize), (count - index) * OffsetSize);
        offsets[OffsetSize..].CopyTo(offsets);
        Set(count - 1, Bottom);
    }

    /// <summary>Moves the entries from an index on to the end of another page.</summary>
    internal void MoveTo(IndexPage other, int index)
    {
        for (int i = index; i < Count; i++)
        {
            other.TryInsert(other.Count, Key(i), Value(i));
        }
        Set(index, Bottom);
        Compact();
    }

    /// <summary>From which entry on a page that is too full gives its entries to a new one, so that both have room.</summary>
    /// <param name="at">Where the entry belongs for which there is no room.</param>
    /// <param name="keyLength">Of that entry.</param>
    /// <param name="isLeft">Whether that entry belongs to those that stay.</param>
    internal int SplitIndex(int at, int keyLength, out bool isLeft)
    {
        // Keys that come in order leave full pages behind them.
        isLeft = at < Count;
        if (!isLeft)
        {
            return at;
        }
        int half = (Used() + Size(keyLength)) / 2;
        int sum = 0;
        for (int i = 0; ; i++)
        {
            if (i == at && (sum += Size(keyLength)) >= half)
            {
                return i;
            }
            if ((sum += Size(Key(i).Length)) >= half)
            {
                isLeft = at <= i;
                return i + 1;
            }
        }
    }

    private int Used()
    {
        int sum = 0;
        for (int i = 0; i < Count; i++)
        {
            sum += Size(Key(i).Length);
        }
        return sum;
    }

    private static int Size(int keyLength) => OffsetSize + EntryHeaderSize + keyLength;

    private void Compact()
    {
        Span<byte> copy = stackalloc byte[PageCache.PageSize];
        page.CopyTo(copy);
        var old = new IndexPage(copy);
        Set(0, PageCache.PageSize);
        for (int i = 0; i < old.Count; i++)
        {
            TryInsert(i, old.Key(i), old.Value(i));
        }
    }

    private int Offset(int index) => BinaryPrimitives.ReadUInt16LittleEndian(page[(HeaderSize + (index * OffsetSize))..]);

    private void Set(int count, int bottom)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(page[2..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(page[4..], (ushort)bottom);
    }
}

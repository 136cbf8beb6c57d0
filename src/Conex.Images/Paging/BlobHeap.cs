using System.Buffers.Binary;

namespace Conex.Images.Paging;

/// <summary>Bytes of any length, one behind the other, that are never changed. A blob is known by its place, which is never 0.</summary>
internal sealed class BlobHeap(PageCache cache)
{
    private const int PrefixSize = 4;
    private readonly List<int> pages = [];

    // Place 0 stands for no blob.
    private long end = PrefixSize;

    internal long Add(ReadOnlySpan<byte> blob)
    {
        long place = end;
        Span<byte> prefix = stackalloc byte[PrefixSize];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, blob.Length);
        Append(prefix);
        Append(blob);
        return place;
    }

    internal int LengthOf(long place)
    {
        Span<byte> prefix = stackalloc byte[PrefixSize];
        Copy(place, prefix);
        return BinaryPrimitives.ReadInt32LittleEndian(prefix);
    }

    internal byte[] Get(long place)
    {
        byte[] blob = new byte[LengthOf(place)];
        Read(place, 0, blob);
        return blob;
    }

    /// <summary>Where the blob is that was added next, when nothing else was meanwhile.</summary>
    internal long PlaceBehind(long place) => place + PrefixSize + LengthOf(place);

    /// <summary>Reads a part of a blob.</summary>
    internal void Read(long place, int offset, Span<byte> part) => Copy(place + PrefixSize + offset, part);

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            (int page, int offset) = At(end);
            if (page == pages.Count)
            {
                pages.Add(cache.Allocate());
            }
            int n = Math.Min(bytes.Length, PageCache.PageSize - offset);
            bytes[..n].CopyTo(cache.Get(pages[page], isChanging: true)[offset..]);
            bytes = bytes[n..];
            end += n;
        }
    }

    private void Copy(long place, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            (int page, int offset) = At(place);
            int n = Math.Min(target.Length, PageCache.PageSize - offset);
            cache.Get(pages[page], isChanging: false).Slice(offset, n).CopyTo(target);
            target = target[n..];
            place += n;
        }
    }

    private static (int Page, int Offset) At(long place) => ((int)(place / PageCache.PageSize), (int)(place % PageCache.PageSize));
}

using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Memory;

namespace Conex.Images.Paging;

/// <summary>Memory for what may be larger than memory should be: the pages used last are held, the others lie in a file, which is made when there first are more.</summary>
/// <param name="openFile">Makes that file: empty, to be read and written, of nobody else.</param>
/// <param name="held">How many pages are held at most.</param>
internal sealed class PageCache(Func<FileHandle> openFile, int held = PageCache.Held) : IDisposable
{
    internal const int PageSize = 4 << 10;
    private const int Held = (6 << 20) / PageSize;

    // Not the collector's, which would let it stand after its end.
    private readonly PageBuffer memory = new(held * PageSize);

    // By the page's number; null for one that lies in the file alone.
    private readonly List<Slot?> pages = [];

    // A ring: what follows it was used last, what precedes it longest ago.
    private readonly Slot ring = new(-1);
    private int slots;
    private FileHandle? file;

    /// <summary>Takes a new page, filled with zeros.</summary>
    internal int Allocate()
    {
        Slot slot = TakeSlot();
        BytesOf(slot).Clear();
        slot.Page = pages.Count;
        slot.IsChanged = true;
        pages.Add(slot);
        ring.PutBehind(slot);
        return slot.Page;
    }

    /// <summary>A page's bytes, valid until as many other pages have been asked for as are held.</summary>
    /// <param name="isChanging">Whether the caller changes them.</param>
    internal Span<byte> Get(int page, bool isChanging)
    {
        Slot slot = Hold(page);
        slot.IsChanged |= isChanging;
        return BytesOf(slot);
    }

    public void Dispose()
    {
        memory.Dispose();
        file?.Dispose();
    }

    private Span<byte> BytesOf(Slot slot) => memory.Bytes.Slice(slot.Index * PageSize, PageSize);

    private Slot Hold(int page)
    {
        if (pages[page] is { } slot)
        {
            if (ring.Next != slot)
            {
                slot.Unlink();
                ring.PutBehind(slot);
            }
            return slot;
        }
        slot = TakeSlot();
        if (PositionedRead.TryRead(file!, BytesOf(slot), (long)page * PageSize, out Errno error) != PageSize)
        {
            throw new KernelException("read", "a temporary file", error == Errno.None ? Errno.EIO : error);
        }
        slot.Page = page;
        slot.IsChanged = false;
        pages[page] = slot;
        ring.PutBehind(slot);
        return slot;
    }

    /// <summary>A slot that holds no page: a new one, or that of the page used longest ago.</summary>
    private Slot TakeSlot()
    {
        if (slots < held)
        {
            return new Slot(slots++);
        }
        Slot oldest = ring.Previous;
        if (oldest.IsChanged)
        {
            file ??= openFile();
            Errno error = OpenFile.WriteAt(file, BytesOf(oldest), (long)oldest.Page * PageSize);
            if (error != Errno.None)
            {
                throw new KernelException("write", "a temporary file", error);
            }
        }
        oldest.Unlink();
        pages[oldest.Page] = null;
        return oldest;
    }

    private sealed class Slot
    {
        internal Slot(int index)
        {
            Index = index;
            Next = Previous = this;
        }

        internal int Index { get; }

        internal int Page { get; set; }

        /// <summary>Whether the file lacks what is here.</summary>
        internal bool IsChanged { get; set; }

        internal Slot Next { get; private set; }

        internal Slot Previous { get; private set; }

        internal void PutBehind(Slot slot)
        {
            slot.Previous = this;
            slot.Next = Next;
            Next.Previous = slot;
            Next = slot;
        }

        internal void Unlink()
        {
            Previous.Next = Next;
            Next.Previous = Previous;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conex.Images.Paging;

/// <summary>Records of one size, numbered from 0.</summary>
internal sealed class RecordTable<T>(PageCache cache)
    where T : unmanaged
{
    private static readonly int Size = Unsafe.SizeOf<T>();
    private static readonly int InPage = PageCache.PageSize / Size;
    private readonly List<int> pages = [];

    internal int Count { get; private set; }

    internal int Add(in T record)
    {
        if (Count % InPage == 0)
        {
            pages.Add(cache.Allocate());
        }
        Change(Count) = record;
        return Count++;
    }

    /// <summary>A record where it lies, for a moment: see <see cref="PageCache.Get"/>.</summary>
    internal ref readonly T Read(int number) => ref At(number, isChanging: false);

    /// <inheritdoc cref="Read"/>
    internal ref T Change(int number) => ref At(number, isChanging: true);

    private ref T At(int number, bool isChanging) =>
        ref MemoryMarshal.AsRef<T>(cache.Get(pages[number / InPage], isChanging).Slice(number % InPage * Size, Size));
}

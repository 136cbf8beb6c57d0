using System.Runtime.InteropServices;
using Conex.Images.Paging;

namespace Conex.Images.Erofs;

/// <summary>A piece of a file's content.</summary>
/// <param name="Offset">In the file.</param>
/// <param name="Length">In bytes.</param>
/// <param name="DeviceOffset">Its place in the device, which is the tar.</param>
internal readonly record struct ErofsExtent(long Offset, long Length, long DeviceOffset)
{
    internal long End => Offset + Length;
}

/// <summary>The pieces of a file, in order: one of most files, hundreds of thousands of some.</summary>
internal readonly struct ErofsExtents
{
    private const int ExtentSize = 24;
    private readonly BlobHeap? heap;
    private readonly long blob;
    private readonly ErofsExtent only;

    internal ErofsExtents(BlobHeap heap, long blob)
    {
        this.heap = heap;
        this.blob = blob;
        Count = heap.LengthOf(blob) / ExtentSize;
    }

    internal ErofsExtents(long size, long deviceOffset)
    {
        only = new ErofsExtent(0, size, deviceOffset);
        Count = size > 0 ? 1 : 0;
    }

    internal int Count { get; }

    internal ErofsExtent this[int index]
    {
        get
        {
            if (heap is null)
            {
                return only;
            }
            Span<byte> extent = stackalloc byte[ExtentSize];
            heap.Read(blob, index * ExtentSize, extent);
            return MemoryMarshal.Read<ErofsExtent>(extent);
        }
    }

    public IEnumerator<ErofsExtent> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }
}

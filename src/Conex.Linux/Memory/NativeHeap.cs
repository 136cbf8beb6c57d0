using Conex.Linux.Raw;

namespace Conex.Linux.Memory;

/// <summary>The C library's heap, from which native parts of .NET and of libraries take their memory.</summary>
public static class NativeHeap
{
    /// <summary>Makes blocks from this size on go back to the kernel when they are freed. By itself malloc(3) moves that border up to 32 MiB with each larger
    /// block that is freed, and then keeps such blocks, of each thread its own (mallopt(3), M_MMAP_THRESHOLD).</summary>
    /// <param name="bytes">At most 32 MiB.</param>
    public static void ReturnBlocksFrom(int bytes) => _ = Libc.mallopt(Libc.M_MMAP_THRESHOLD, bytes);
}

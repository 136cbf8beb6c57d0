using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Memory;

/// <summary>A buffer straight from the kernel: a page costs memory only once it is touched, and the garbage collector never moves it.</summary>
public sealed unsafe class PageBuffer : IDisposable
{
    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int MAP_PRIVATE = 2;
    private const int MAP_ANONYMOUS = 0x20;

    private readonly int length;
    private void* start;

    /// <summary>Maps <paramref name="length"/> bytes, all zero.</summary>
    /// <exception cref="KernelException">ENOMEM.</exception>
    public PageBuffer(int length)
    {
        this.length = length;
        start = Libc.mmap(null, (nuint)length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        KernelCall.Check((nint)start == -1 ? -1 : 0, "map memory");
    }

    /// <summary>The whole buffer; not to be used after <see cref="Dispose"/>.</summary>
    public Span<byte> Bytes => new(start, start == null ? 0 : length);

    /// <summary>Gives the memory back; once more does no harm.</summary>
    public void Dispose()
    {
        if (start != null)
        {
            _ = Libc.munmap(start, (nuint)length);
            start = null;
        }
    }
}

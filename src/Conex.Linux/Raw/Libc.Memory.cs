using System.Runtime.InteropServices;

namespace Conex.Linux.Raw;

internal static unsafe partial class Libc
{
    internal const int M_MMAP_THRESHOLD = -3;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial long lseek(int fd, long offset, int whence);

    [LibraryImport("libc")]
    internal static partial int mallopt(int param, int value);
}

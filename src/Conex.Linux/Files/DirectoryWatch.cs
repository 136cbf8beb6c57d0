using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>Tells which of some directories had files written, made or moved in: inotify(7), one descriptor for all of them.</summary>
public sealed unsafe class DirectoryWatch : FileHandle
{
    private const int EventSize = 16;

    /// <exception cref="KernelException">EMFILE: the user has as many inotify instances as allowed.</exception>
    public DirectoryWatch()
        : base(KernelCall.Check(Libc.inotify_init1(Libc.IN_CLOEXEC), "make an inotify instance")) { }

    /// <summary>Watches a directory; adding it again gives the same number.</summary>
    /// <returns>The number under which its changes come.</returns>
    /// <exception cref="KernelException">ENOENT: no such directory; ENOSPC: the user has as many watches as allowed.</exception>
    public int Add(string directory) =>
        KernelCall.Check(
            Libc.inotify_add_watch(Descriptor, directory, Libc.IN_MODIFY | Libc.IN_CREATE | Libc.IN_MOVED_TO | Libc.IN_ONLYDIR),
            "watch",
            directory
        );

    /// <summary>Stops watching; a directory that is gone is no error.</summary>
    public void Remove(int watch) => _ = Libc.inotify_rm_watch(Descriptor, watch);

    /// <summary>Waits for changes.</summary>
    /// <param name="watches">Gets the numbers of changed directories, one for each event; -1 after an overflow: any may have changed.</param>
    /// <returns>How many.</returns>
    /// <exception cref="KernelException">read(2) refused.</exception>
    public int Read(Span<int> watches)
    {
        // One event is at most 16 bytes and a name of 255 with its end.
        byte* buffer = stackalloc byte[4096];
        int length = FileIo.Read(this, new Span<byte>(buffer, Math.Min(4096, watches.Length * EventSize)));
        int count = 0;
        for (byte* p = buffer; p < buffer + length; p += EventSize + *(int*)(p + 12))
        {
            // struct inotify_event: int wd; uint32_t mask, cookie, len; char name[len].
            watches[count++] = *(int*)p;
        }
        return count;
    }
}

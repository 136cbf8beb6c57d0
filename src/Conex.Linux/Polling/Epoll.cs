using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Polling;

/// <summary>What epoll(7) watches for or found; the kernel's EPOLL* values.</summary>
[Flags]
public enum Readiness : uint
{
    None = 0,
    Readable = 0x001,
    Writable = 0x004,
    Error = 0x008,
    HangUp = 0x010,
    PeerClosedWriting = 0x2000,
}

/// <summary>One thing that became ready.</summary>
/// <param name="Key">The number it was added under.</param>
public readonly record struct ReadyEvent(Readiness Readiness, long Key);

/// <summary>An epoll(7) set, level-triggered.</summary>
public sealed unsafe class Epoll : FileHandle
{
    private const int EPOLL_CTL_ADD = 1;
    private const int EPOLL_CTL_DEL = 2;
    private const int EPOLL_CTL_MOD = 3;
    private const int EntrySize = 12;

    /// <exception cref="KernelException">epoll_create1(2) refused.</exception>
    public Epoll()
        : base(KernelCall.Check(Libc.epoll_create1(Libc.O_CLOEXEC), "make an epoll set")) { }

    /// <summary>Watches a descriptor; <paramref name="key"/> comes back with its events.</summary>
    /// <exception cref="KernelException">EPERM: regular files cannot be watched.</exception>
    public void Add(FileHandle file, Readiness interest, long key) => Control(EPOLL_CTL_ADD, file, interest, key);

    /// <summary>Changes what is watched for.</summary>
    /// <exception cref="KernelException">The descriptor is not in the set.</exception>
    public void Change(FileHandle file, Readiness interest, long key) => Control(EPOLL_CTL_MOD, file, interest, key);

    /// <summary>Stops watching.</summary>
    /// <exception cref="KernelException">The descriptor is not in the set.</exception>
    public void Remove(FileHandle file) => Control(EPOLL_CTL_DEL, file, Readiness.None, 0);

    /// <summary>Waits for events.</summary>
    /// <param name="timeout">Milliseconds; -1 waits for ever.</param>
    /// <returns>How many entries of <paramref name="ready"/> were filled; 0 after the time or a signal.</returns>
    /// <exception cref="KernelException">epoll_wait(2) refused.</exception>
    public int Wait(Span<ReadyEvent> ready, int timeout)
    {
        int capacity = Math.Min(ready.Length, 64);
        byte* entries = stackalloc byte[64 * EntrySize];
        int n = Libc.epoll_wait(Descriptor, entries, capacity, timeout);
        if (n == -1)
        {
            Errno error = KernelCall.LastError;
            return error == Errno.EINTR ? 0 : throw new KernelException("wait for events", null, error);
        }
        for (int i = 0; i < n; i++)
        {
            byte* entry = entries + (i * EntrySize);
            ready[i] = new ReadyEvent((Readiness)(*(uint*)entry), *(long*)(entry + 4));
        }
        return n;
    }

    private void Control(int operation, FileHandle file, Readiness interest, long key)
    {
        // struct epoll_event is packed on x86-64: u32 events, u64 data.
        byte* entry = stackalloc byte[EntrySize];
        *(uint*)entry = (uint)interest;
        *(long*)(entry + 4) = key;
        KernelCall.Check(Libc.epoll_ctl(Descriptor, operation, file.Descriptor, entry), "watch a descriptor");
    }
}

using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Polling;

/// <summary>poll(2) for a handful of descriptors.</summary>
public static unsafe class Poll
{
    /// <summary>Waits until one of <paramref name="files"/> can be read (or is at its end).</summary>
    /// <param name="timeout">Milliseconds; -1 waits for ever.</param>
    /// <returns>The index of the first that is ready; -1 after the time. A signal does not end the wait: one of the .NET runtime's own
    /// would look like the end of the time.</returns>
    /// <exception cref="KernelException">poll(2) refused.</exception>
    public static int Readable(ReadOnlySpan<FileHandle?> files, int timeout)
    {
        const int entrySize = 8;
        byte* entries = stackalloc byte[files.Length * entrySize];
        for (int i = 0; i < files.Length; i++)
        {
            *(int*)(entries + (i * entrySize)) = files[i]?.Descriptor ?? -1;
            *(int*)(entries + (i * entrySize) + 4) = 1;
        }
        long end = Environment.TickCount64 + timeout;
        int left = timeout;
        while (Libc.poll(entries, (ulong)files.Length, left) == -1)
        {
            Errno error = KernelCall.LastError;
            if (error != Errno.EINTR)
            {
                throw new KernelException("wait for input", null, error);
            }
            left = timeout < 0 ? timeout : (int)Math.Max(end - Environment.TickCount64, 0);
        }
        for (int i = 0; i < files.Length; i++)
        {
            if (*(short*)(entries + (i * entrySize) + 6) != 0)
            {
                return i;
            }
        }
        return -1;
    }
}

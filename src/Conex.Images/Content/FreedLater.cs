using System.Collections.Concurrent;
using Conex.Linux.Files;

namespace Conex.Images.Content;

/// <summary>Removes large files without waiting until their pages and blocks are free, which takes a tenth of a second a gigabyte: the kernel frees a
/// file when nobody holds it any more (unlink(2)), and what holds it here is closed on a thread of its own, one file after the other. In the thread pool
/// the files would be closed before the answer is written. When this process is killed the kernel closes them.</summary>
internal static class FreedLater
{
    private const int StackSize = 256 << 10;
    private static readonly BlockingCollection<FileHandle> Held = [];
    private static readonly Lazy<Thread> Closing = new(Start);

    /// <param name="path">The file that <paramref name="remove"/> removes; a missing one is no error.</param>
    internal static void Remove(FileHandle directory, string path, Action remove)
    {
        FileHandle? file = PathAt.TryOpen(directory, path, OpenMode.Path | OpenMode.NoFollow, out _);
        try
        {
            remove();
        }
        finally
        {
            if (file is not null)
            {
                _ = Closing.Value;
                Held.Add(file);
            }
        }
    }

    private static Thread Start()
    {
        var thread = new Thread(Close, StackSize) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void Close()
    {
        foreach (FileHandle file in Held.GetConsumingEnumerable())
        {
            file.Dispose();
        }
    }
}

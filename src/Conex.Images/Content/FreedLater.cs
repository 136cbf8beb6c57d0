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

    /// <param name="path">A missing file is no error.</param>
    internal static void Remove(string path)
    {
        FileHandle? file = PathAt.TryOpen(PathAt.Current, path, OpenMode.Path | OpenMode.NoFollow, out _);
        try
        {
            PathAt.Unlink(PathAt.Current, path);
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

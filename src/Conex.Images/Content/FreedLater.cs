using Conex.Linux.Files;

namespace Conex.Images.Content;

/// <summary>Removes large files without waiting until their pages and blocks are free, which takes a tenth of a second a gigabyte: the kernel frees a
/// file when nobody holds it any more (unlink(2)), and what holds it here is closed on another thread. When this process is killed the kernel closes it.</summary>
internal static class FreedLater
{
    /// <param name="path">The file that <paramref name="remove"/> removes; a missing one is no error.</param>
    internal static void Remove(FileHandle directory, string path, Action remove)
    {
        FileHandle? held = PathAt.TryOpen(directory, path, OpenMode.Path | OpenMode.NoFollow, out _);
        try
        {
            remove();
        }
        finally
        {
            if (held is not null)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static file => file.Dispose(), held, preferLocal: false);
            }
        }
    }
}

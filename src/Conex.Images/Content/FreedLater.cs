using Conex.Linux.Files;

namespace Conex.Images.Content;

/// <summary>Removes large files without waiting until their pages and blocks are free, which takes a tenth of a second a gigabyte: the kernel frees a
/// file when nobody holds it any more (unlink(2)), and what holds it here is closed later. When this process is killed the kernel closes it.</summary>
internal static class FreedLater
{
    private static readonly LaterWork Closing = new();

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
                Closing.Add(file.Dispose);
            }
        }
    }
}

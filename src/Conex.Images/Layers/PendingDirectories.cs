using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>Applies what entries said of directories at the end: files made in a directory change its time, a set-group-ID bit or a
/// default ACL would change the files, and without root a closed directory could not be filled.</summary>
internal static class PendingDirectories
{
    internal static void Apply(PendingEntries entries, LayerRoot root)
    {
        foreach ((byte[] path, Tar.TarEntry entry) in entries.ChildrenFirst)
        {
            using DirectoryHandle? directory = root.TryOpen(path, OpenMode.NoFollow, out Errno error);
            // A later entry may have replaced a link in the path, so that it leads nowhere or to a file.
            if (directory is null && error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
            {
                continue;
            }
            if (directory is not null)
            {
                error = EntryAttributes.Apply(directory, entry, root.Rules, currentMode: path.Length == 0 ? null : LayerRoot.DirectoryMode);
            }
            UnpackError.Check(error, "set the attributes of", LayerPath.Normalise(path));
        }
    }
}

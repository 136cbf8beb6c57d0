using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>What entries said of directories, applied at the end: files made in a directory change its time, a set-group-ID bit or a
/// default ACL would change the files, and without root a closed directory could not be filled.</summary>
internal sealed class PendingDirectories
{
    private readonly Dictionary<byte[], TarEntry> entries = new(BytePathComparer.Instance);

    /// <summary>The last entry of a path wins.</summary>
    internal void Set(LayerPath path, TarEntry entry) => entries[path.Bytes.ToArray()] = entry;

    /// <summary>A directory is gone, with all that was in it.</summary>
    internal void Remove(LayerPath path)
    {
        byte[] inside = [.. path.Bytes, (byte)'/'];
        foreach (byte[] key in entries.Keys)
        {
            if (key.AsSpan().SequenceEqual(path.Bytes) || key.AsSpan().StartsWith(inside))
            {
                entries.Remove(key);
            }
        }
    }

    /// <summary>Children come before their parents.</summary>
    internal void Apply(LayerRoot root)
    {
        foreach ((byte[] path, TarEntry entry) in entries.OrderByDescending(pair => pair.Key.Length))
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

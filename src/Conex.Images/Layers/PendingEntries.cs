using Conex.Images.Tar;

namespace Conex.Images.Layers;

/// <summary>What entries said of directories, kept for the end.</summary>
internal sealed class PendingEntries
{
    private readonly Dictionary<byte[], TarEntry> entries = new(BytePathComparer.Instance);

    /// <summary>Paths and their last entries, children before their parents.</summary>
    internal IEnumerable<KeyValuePair<byte[], TarEntry>> ChildrenFirst => entries.OrderByDescending(pair => pair.Key.Length);

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
}

using System.Buffers.Binary;
using Conex.Images.Erofs;
using Conex.Linux.Errors;

namespace Conex.Images.Layers;

/// <summary>The hard links of one layer whose targets are in lower layers, while its tar is read. Later entries may take their names away.</summary>
internal sealed class LowerLinks(LayerTree tree)
{
    // The layer's record, which is read as a whole, has all of them.
    private const int MostBytes = 2 << 20;
    private const int CostOfOne = 64;
    private readonly Dictionary<byte[], Link> links = new(BytePathComparer.Instance);
    private int bytes;

    /// <summary>Remembers a link whose target this layer does not have.</summary>
    /// <returns>False when the layer hides whatever lower layers have there.</returns>
    /// <exception cref="LayerException">There are too many.</exception>
    internal bool TryAdd(ErofsNode parent, LayerPath path, LayerPath target)
    {
        if (FindTarget(target) is not { } lower)
        {
            return false;
        }
        links[Key(parent, path.Name)] = new Link(parent, path.Name.ToArray(), lower);
        bytes += path.Bytes.Length + lower.Length + CostOfOne;
        return bytes <= MostBytes
            ? true
            : throw new LayerException($"the layer has too many hard links to files of lower layers: {path} is one more than are allowed");
    }

    /// <summary>The links whose names are still free at the end, sorted.</summary>
    internal IReadOnlyList<LowerLink> Remaining() =>
        [
            .. links
                .Values.Where(link => link.Parent.Child(link.Name) is not { } node || LayerTree.IsWhiteout(node))
                .Select(link => (Directory: LayerTree.PathOf(link.Parent), link.Name, link.Target))
                .Where(link => link.Directory is not null)
                .Select(link => new LowerLink([.. link.Directory!, .. link.Name], link.Target))
                .OrderBy(link => link.Path, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))),
        ];

    private byte[]? FindTarget(LayerPath target)
    {
        ErofsNode? directory = tree.TryFind(target.Parent.ToArray(), out Errno error, out ErofsNode last, out byte[] missing);
        if (directory is null && error != Errno.ENOENT)
        {
            return null;
        }
        byte[] name = target.Name.ToArray();
        // A link to a link: both are what the first one is.
        if (directory is { } found && links.TryGetValue(Key(found, name), out Link? link))
        {
            return link.Target;
        }
        for (ErofsNode above = last; ; above = above.Parent)
        {
            if (NodeAttributes.IsOpaque(above, tree.Rules))
            {
                return null;
            }
            if (above.IsRoot)
            {
                break;
            }
        }
        return LayerTree.PathOf(last) is { } path ? [.. path, .. missing, .. name] : null;
    }

    private static byte[] Key(ErofsNode directory, ReadOnlySpan<byte> name)
    {
        byte[] key = new byte[sizeof(int) + name.Length];
        BinaryPrimitives.WriteInt32BigEndian(key, directory.Number);
        name.CopyTo(key.AsSpan(sizeof(int)));
        return key;
    }

    private sealed record Link(ErofsNode Parent, byte[] Name, byte[] Target);
}

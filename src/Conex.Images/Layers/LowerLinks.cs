using Conex.Images.Erofs;
using Conex.Linux.Errors;

namespace Conex.Images.Layers;

/// <summary>The hard links of one layer whose targets are in lower layers, while its tar is read. Later entries may take their names away.</summary>
internal sealed class LowerLinks(LayerTree tree)
{
    private readonly List<(ErofsNode Parent, byte[] Name, byte[] Target)> links = [];

    /// <summary>Remembers a link whose target this layer does not have.</summary>
    /// <returns>False when the layer hides whatever lower layers have there.</returns>
    internal bool TryAdd(ErofsNode parent, LayerPath path, LayerPath target)
    {
        if (FindTarget(target) is not { } lower)
        {
            return false;
        }
        byte[] name = path.Name.ToArray();
        links.RemoveAll(link => link.Parent == parent && link.Name.AsSpan().SequenceEqual(name));
        links.Add((parent, name, lower));
        return true;
    }

    /// <summary>The links whose names are still free at the end, sorted.</summary>
    internal IReadOnlyList<LowerLink> Remaining() =>
        [
            .. links
                .Where(link => link.Parent.Child(link.Name) is not { } node || LayerTree.IsWhiteout(node))
                .Select(link => (Directory: tree.PathOf(link.Parent), link.Name, link.Target))
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
        if (
            directory is not null
            && links.Find(link => link.Parent == directory && link.Name.AsSpan().SequenceEqual(name)) is { Target: { } lower }
        )
        {
            return lower;
        }
        for (ErofsNode? above = last; above is not null; above = above.Parent)
        {
            if (NodeAttributes.IsOpaque(above, tree.Rules))
            {
                return null;
            }
        }
        return tree.PathOf(last) is { } path ? [.. path, .. missing, .. name] : null;
    }
}

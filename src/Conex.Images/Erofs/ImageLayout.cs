namespace Conex.Images.Erofs;

/// <summary>Where everything lies: inodes from the superblock's end on, level by level, then the shared attributes, then blocks of content.</summary>
internal sealed class ImageLayout
{
    private readonly List<InodePlan> inodes = [];

    internal ImageLayout(ErofsNode root)
    {
        Collect(root);
        foreach (InodePlan inode in inodes)
        {
            SharedAttributes.Count(inode.Node.Attributes);
        }
        long position = ErofsFormat.InodesOffset;
        foreach (InodePlan inode in inodes)
        {
            inode.Attributes = SharedAttributes.Encode(inode.Node.Attributes);
            position = inode.Place(position);
        }
        long block = ErofsFormat.Blocks(position);
        SharedAttributesBlock = (uint)block;
        block += ErofsFormat.Blocks(SharedAttributes.Shared.Length);
        foreach (InodePlan inode in inodes)
        {
            block = inode.PlaceBlocks(block);
        }
        BlockCount = block;
    }

    /// <summary>All inodes in the order of their places, the root first.</summary>
    internal IReadOnlyList<InodePlan> Inodes => inodes;

    internal InodePlan Root => inodes[0];

    internal AttributeTable SharedAttributes { get; } = new();

    internal uint SharedAttributesBlock { get; }

    /// <summary>Blocks of the whole image.</summary>
    internal long BlockCount { get; }

    internal static ulong NumberOf(ErofsNode node) => node.Plan!.Number;

    /// <summary>Gives each node one inode, under however many names it stands, and counts them.</summary>
    private void Collect(ErofsNode root)
    {
        Add(root).Links = 2;
        // The list grows while it is walked: its end is the next level.
        for (int i = 0; i < inodes.Count; i++)
        {
            if (inodes[i].Node.Children is not { } children)
            {
                continue;
            }
            foreach (ErofsNode child in children.OrderBy(pair => pair.Key, ByteOrder.Instance).Select(pair => pair.Value))
            {
                InodePlan plan = child.Plan is { } known && known.Image == this ? known : Add(child);
                if (child.IsDirectory)
                {
                    plan.Links = 2;
                    inodes[i].Links++;
                }
                else
                {
                    plan.Links++;
                }
            }
        }
    }

    private InodePlan Add(ErofsNode node)
    {
        var plan = new InodePlan(this, node);
        node.Plan = plan;
        inodes.Add(plan);
        return plan;
    }

    /// <summary>Names by their bytes: the tar's order must not show in the image.</summary>
    private sealed class ByteOrder : IComparer<byte[]>
    {
        internal static ByteOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}

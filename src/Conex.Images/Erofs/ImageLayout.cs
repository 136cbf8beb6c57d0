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
            // Names by their bytes: the tar's order must not show in the image.
            KeyValuePair<byte[], ErofsNode>[] sorted = [.. children];
            Array.Sort(sorted, static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
            foreach ((_, ErofsNode child) in sorted)
            {
                InodePlan plan = child.Plan is { } known && IsOfThis(known) ? known : Add(child);
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
        var plan = new InodePlan(inodes.Count, node);
        node.Plan = plan;
        inodes.Add(plan);
        return plan;
    }

    /// <summary>A plan may be left of an image that was made of the same tree before.</summary>
    private bool IsOfThis(InodePlan plan) => plan.Index < inodes.Count && inodes[plan.Index] == plan;
}

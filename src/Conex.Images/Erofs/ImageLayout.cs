namespace Conex.Images.Erofs;

/// <summary>Where everything lies: inodes from the superblock's end on, level by level, then the shared attributes, then blocks of content.</summary>
internal sealed class ImageLayout
{
    private InodePlan last;

    /// <param name="root">That of a tree of which no image was made before.</param>
    internal ImageLayout(ErofsNode root)
    {
        Root = last = root.Plan;
        Collect();
        long position = ErofsFormat.InodesOffset;
        foreach (InodePlan inode in Inodes)
        {
            position = inode.Place(position, SharedAttributes.Encode(inode.Node.Attributes).Length);
        }
        long block = ErofsFormat.Blocks(position);
        SharedAttributesBlock = (uint)block;
        block += ErofsFormat.Blocks(SharedAttributes.Shared.Length);
        foreach (InodePlan inode in Inodes)
        {
            block = inode.PlaceBlocks(block);
        }
        BlockCount = block;
    }

    /// <summary>All inodes in the order of their places, the root first.</summary>
    internal IEnumerable<InodePlan> Inodes
    {
        get
        {
            for (InodePlan? inode = Root; inode is { } next; inode = next.Next)
            {
                yield return next;
            }
        }
    }

    internal InodePlan Root { get; }

    internal long InodeCount { get; private set; } = 1;

    internal AttributeTable SharedAttributes { get; } = new();

    internal uint SharedAttributesBlock { get; }

    /// <summary>Blocks of the whole image.</summary>
    internal long BlockCount { get; }

    /// <summary>Gives each node one inode, under however many names it stands, and counts them.</summary>
    private void Collect()
    {
        InodePlan root = Root;
        root.Links = 2;
        SharedAttributes.Count(root.Node.Attributes);
        // The chain grows while it is walked: its end is the next level.
        foreach (InodePlan inode in Inodes)
        {
            if (!inode.Node.IsDirectory)
            {
                continue;
            }
            InodePlan directory = inode;
            foreach ((_, ErofsNode child) in directory.Node.Children)
            {
                InodePlan plan = child.Plan;
                if (plan.Links == 0)
                {
                    Append(plan);
                }
                if (child.IsDirectory)
                {
                    plan.Links = 2;
                    directory.Links++;
                }
                else
                {
                    plan.Links++;
                }
            }
        }
    }

    private void Append(InodePlan inode)
    {
        SharedAttributes.Count(inode.Node.Attributes);
        last.SetNext(inode);
        last = inode;
        InodeCount++;
    }
}

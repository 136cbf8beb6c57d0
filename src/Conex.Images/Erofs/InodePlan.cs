using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>One inode on its way into the image: what belongs to it, and where it lies.</summary>
internal readonly struct InodePlan(ErofsTree tree, int number)
{
    internal ErofsNode Node => new(tree, number);

    /// <summary>How many names it has; of a directory also its own "." and the ".." of its subdirectories. 0 before it is found.</summary>
    internal uint Links
    {
        get => Record.Links;
        set => Changed.Links = value;
    }

    /// <summary>The inode behind this one; null behind the last.</summary>
    internal InodePlan? Next => Record.NextInode is > 0 and var next ? new InodePlan(tree, next) : null;

    /// <summary>Of a regular file with content. Made anew each time, as the content of directories is: a layer may have a million of them.</summary>
    internal FileChunks? Chunks => Node.HasContent ? new FileChunks(Node) : null;

    /// <summary>Its place in the image, in bytes.</summary>
    internal long Offset => Record.Offset;

    internal ErofsDataLayout Layout => Record.Layout;

    /// <summary>The first of its blocks in the image; <see cref="ErofsFormat.NoBlock"/> without.</summary>
    internal uint FirstBlock => Record.FirstBlock;

    internal ulong Number => (ulong)(Offset / ErofsFormat.InodeSlotSize);

    /// <summary>Bytes of its content; of a directory not before it has a place.</summary>
    internal long Size =>
        Node switch
        {
            { IsDirectory: true } => Record.Size,
            { Kind: FileKind.SymbolicLink } link => link.LinkTarget.Length,
            var node => node.Size,
        };

    /// <summary>Bytes of content that stand right behind the inode and its attributes.</summary>
    internal int TailLength => Layout == ErofsDataLayout.Inline ? (int)(Size % ErofsFormat.BlockSize) : 0;

    /// <summary>Blocks of the image that its content takes.</summary>
    internal long BlockCount =>
        Chunks is { } chunks ? chunks.CopiedBlocks
        : Layout == ErofsDataLayout.Inline ? Size / ErofsFormat.BlockSize
        : ErofsFormat.Blocks(Size);

    private ref readonly NodeRecord Record => ref tree.Read(number);

    private ref NodeRecord Changed => ref tree.Change(number);

    /// <summary>Makes <paramref name="inode"/> the one behind this.</summary>
    internal void SetNext(InodePlan inode) => Changed.NextInode = inode.Node.Number;

    /// <summary>Where the chunk indexes begin: they are aligned to their size.</summary>
    /// <param name="attributes">Bytes of its attributes as they are encoded.</param>
    internal long ChunkIndexOffset(int attributes) => ErofsFormat.AlignUp(BodyEnd(Offset, attributes), ErofsFormat.ChunkIndexSize);

    /// <summary>Takes a place at or behind <paramref name="position"/>.</summary>
    /// <param name="attributes">Bytes of its attributes as they are encoded.</param>
    /// <returns>The end of the inode with all that stands behind it.</returns>
    internal long Place(long position, int attributes)
    {
        if (Node.IsDirectory)
        {
            long size = DirectoryContent.SizeOf(Node);
            Changed.Size = size;
        }
        FileChunks? chunks = Chunks;
        ErofsDataLayout layout = chunks is null ? ErofsDataLayout.Plain : ErofsDataLayout.Chunks;
        long offset = ErofsFormat.AlignUp(position, ErofsFormat.InodeSlotSize);
        // No inode lies across a block's end: the kernel would have to read it in two parts.
        if (InBlock(offset) + ErofsFormat.InodeSize > ErofsFormat.BlockSize)
        {
            offset = ErofsFormat.AlignUp(offset, ErofsFormat.BlockSize);
        }
        int tail = Node.IsDirectory || Node.Kind == FileKind.SymbolicLink ? (int)(Size % ErofsFormat.BlockSize) : 0;
        if (tail > 0 && PlaceWithTail(offset, attributes, tail) is { } place)
        {
            layout = ErofsDataLayout.Inline;
            offset = place;
        }
        (Changed.Offset, Changed.Layout, Changed.FirstBlock) = (offset, layout, ErofsFormat.NoBlock);
        return chunks is { } cut
            ? ChunkIndexOffset(attributes) + (cut.Count * ErofsFormat.ChunkIndexSize)
            : BodyEnd(offset, attributes) + TailLength;
    }

    /// <summary>Takes the blocks behind <paramref name="next"/>.</summary>
    /// <returns>The block after them.</returns>
    internal long PlaceBlocks(long next)
    {
        long count = BlockCount;
        if (count > 0)
        {
            Changed.FirstBlock = (uint)next;
        }
        return next + count <= uint.MaxValue - 1 ? next + count : throw new ErofsLimitException("the index is larger than 2 TiB");
    }

    /// <summary>The tail must lie within one block; where the slots behind this place do not offer that, the content takes a block of its own.</summary>
    private static long? PlaceWithTail(long offset, int attributes, int tail)
    {
        for (int slot = 0; slot < ErofsFormat.BlockSize / ErofsFormat.InodeSlotSize; slot++, offset += ErofsFormat.InodeSlotSize)
        {
            if (
                InBlock(offset) + ErofsFormat.InodeSize <= ErofsFormat.BlockSize
                && InBlock(BodyEnd(offset, attributes)) + tail <= ErofsFormat.BlockSize
            )
            {
                return offset;
            }
        }
        return null;
    }

    private static long BodyEnd(long offset, int attributes) => offset + ErofsFormat.InodeSize + attributes;

    private static long InBlock(long offset) => offset % ErofsFormat.BlockSize;
}

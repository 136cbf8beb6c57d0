using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>One inode on its way into the image: what belongs to it, and where it lies.</summary>
/// <param name="index">Which it is of the image's inodes.</param>
internal sealed class InodePlan(int index, ErofsNode node)
{
    internal int Index { get; } = index;

    internal ErofsNode Node { get; } = node;

    /// <summary>How many names it has; of a directory also its own "." and the ".." of its subdirectories.</summary>
    internal uint Links { get; set; }

    /// <summary>Of a regular file with content. Made anew each time, as the content of directories is: a layer may have a hundred thousand of them.</summary>
    internal FileChunks? Chunks => Node.HasContent ? new FileChunks(Node) : null;

    /// <summary>Its extended attributes, encoded.</summary>
    internal byte[] Attributes { get; set; } = [];

    /// <summary>Its place in the image, in bytes.</summary>
    internal long Offset { get; private set; }

    internal ErofsDataLayout Layout { get; private set; }

    /// <summary>The first of its blocks in the image; <see cref="ErofsFormat.NoBlock"/> without.</summary>
    internal uint FirstBlock { get; private set; } = ErofsFormat.NoBlock;

    internal ulong Number => (ulong)(Offset / ErofsFormat.InodeSlotSize);

    /// <summary>Bytes of its content.</summary>
    internal long Size { get; } =
        node.IsDirectory ? new DirectoryContent(node).Size
        : node.Kind == FileKind.SymbolicLink ? node.LinkTarget.Length
        : node.Size;

    /// <summary>Bytes of content that stand right behind the inode and its attributes.</summary>
    internal int TailLength => Layout == ErofsDataLayout.Inline ? (int)(Size % ErofsFormat.BlockSize) : 0;

    /// <summary>Where the chunk indexes begin: they are aligned to their size.</summary>
    internal long ChunkIndexOffset => ErofsFormat.AlignUp(BodyEnd, ErofsFormat.ChunkIndexSize);

    /// <summary>Blocks of the image that its content takes.</summary>
    internal long BlockCount =>
        Chunks is { } chunks ? chunks.CopiedBlocks
        : Layout == ErofsDataLayout.Inline ? Size / ErofsFormat.BlockSize
        : ErofsFormat.Blocks(Size);

    private long BodyEnd => Offset + ErofsFormat.InodeSize + Attributes.Length;

    /// <summary>Takes a place at or behind <paramref name="position"/>.</summary>
    /// <returns>The end of the inode with all that stands behind it.</returns>
    internal long Place(long position)
    {
        FileChunks? chunks = Chunks;
        Layout = chunks is null ? ErofsDataLayout.Plain : ErofsDataLayout.Chunks;
        Offset = ErofsFormat.AlignUp(position, ErofsFormat.InodeSlotSize);
        // No inode lies across a block's end: the kernel would have to read it in two parts.
        if (InBlock(Offset) + ErofsFormat.InodeSize > ErofsFormat.BlockSize)
        {
            Offset = ErofsFormat.AlignUp(Offset, ErofsFormat.BlockSize);
        }
        if (chunks is { } cut)
        {
            return ChunkIndexOffset + (cut.Count * ErofsFormat.ChunkIndexSize);
        }
        if (Node.IsDirectory || Node.Kind == FileKind.SymbolicLink)
        {
            PlaceTail();
        }
        return BodyEnd + TailLength;
    }

    /// <summary>Takes the blocks behind <paramref name="next"/>.</summary>
    /// <returns>The block after them.</returns>
    internal long PlaceBlocks(long next)
    {
        long count = BlockCount;
        if (count > 0)
        {
            FirstBlock = (uint)next;
        }
        return next + count <= uint.MaxValue - 1 ? next + count : throw new ErofsLimitException("the index is larger than 2 TiB");
    }

    /// <summary>The tail must lie within one block; where the slots behind this one do not offer that, the content takes a block of its own.</summary>
    private void PlaceTail()
    {
        int tail = (int)(Size % ErofsFormat.BlockSize);
        if (tail == 0)
        {
            return;
        }
        long first = Offset;
        for (int slot = 0; slot < ErofsFormat.BlockSize / ErofsFormat.InodeSlotSize; slot++, Offset += ErofsFormat.InodeSlotSize)
        {
            if (InBlock(Offset) + ErofsFormat.InodeSize <= ErofsFormat.BlockSize && InBlock(BodyEnd) + tail <= ErofsFormat.BlockSize)
            {
                Layout = ErofsDataLayout.Inline;
                return;
            }
        }
        Offset = first;
    }

    private static long InBlock(long offset) => offset % ErofsFormat.BlockSize;
}

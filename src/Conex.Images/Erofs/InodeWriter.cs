using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>Writes inodes and blocks in the order of their places.</summary>
internal sealed class InodeWriter(Stream output, ImageLayout tree, Stream device, long position)
{
    private static readonly byte[] Zeros = new byte[ErofsFormat.BlockSize];
    private long position = position;

    internal void WriteInodes()
    {
        Span<byte> buffer = stackalloc byte[ErofsFormat.InodeSize];
        foreach (InodePlan inode in tree.Inodes)
        {
            FillTo(inode.Offset);
            buffer.Clear();
            byte[] attributes = tree.SharedAttributes.Encode(inode.Node.Attributes);
            Encode(inode, attributes.Length, buffer);
            Write(buffer);
            Write(attributes);
            if (inode.Chunks is { } chunks)
            {
                FillTo(inode.ChunkIndexOffset(attributes.Length));
                WriteIndexes(chunks, inode.FirstBlock);
            }
            else if (inode.TailLength > 0)
            {
                WriteContent(inode, isTail: true);
            }
        }
        FillTo((long)tree.SharedAttributesBlock << ErofsFormat.BlockBits);
        Write(tree.SharedAttributes.Shared);
        FillBlock();
    }

    internal void WriteBlocks()
    {
        foreach (InodePlan inode in tree.Inodes)
        {
            if (inode.FirstBlock == ErofsFormat.NoBlock)
            {
                continue;
            }
            if (inode.Chunks is { } chunks)
            {
                chunks.Copy(device, output);
                position += inode.BlockCount << ErofsFormat.BlockBits;
            }
            else
            {
                WriteContent(inode, isTail: false);
                FillBlock();
            }
        }
    }

    private static void Encode(InodePlan inode, int attributes, Span<byte> target)
    {
        ErofsNode node = inode.Node;
        var writer = new LittleEndianWriter(target);
        // Bit 0: the large form, with 32-bit owners and a time of its own.
        writer.UInt16((ushort)(((int)inode.Layout << 1) | 1));
        writer.UInt16(AttributeWords(attributes));
        writer.UInt16((ushort)((uint)node.Kind | node.Mode));
        writer.UInt16(0);
        writer.UInt64((ulong)inode.Size);
        writer.UInt32(Place(inode));
        writer.UInt32((uint)inode.Number);
        writer.UInt32(node.UserId);
        writer.UInt32(node.GroupId);
        writer.UInt64((ulong)node.Modified.Seconds);
        writer.UInt32(node.Modified.Nanoseconds);
        writer.UInt32(inode.Links);
    }

    private static ushort AttributeWords(int length) =>
        length == 0 ? (ushort)0 : (ushort)(((length - ErofsFormat.AttributeHeaderSize) / 4) + 1);

    /// <summary>The field that means another thing for each kind: format of the chunks, device number or first block.</summary>
    private static uint Place(InodePlan inode) =>
        inode.Chunks is { } chunks ? (uint)(ErofsFormat.ChunkFormatIndexes | (chunks.Bits - ErofsFormat.BlockBits))
        : inode.Node.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? DeviceNumber(inode.Node.DeviceMajor, inode.Node.DeviceMinor)
        : inode.FirstBlock;

    // new_encode_dev() of the kernel.
    private static uint DeviceNumber(uint major, uint minor) => (minor & 0xFF) | (major << 8) | ((minor & ~0xFFu) << 12);

    private void WriteIndexes(FileChunks chunks, uint firstCopied)
    {
        if (chunks.IsCopied)
        {
            foreach (uint address in chunks.CopiedAddresses(firstCopied))
            {
                WriteIndex(device: 0, address);
            }
            return;
        }
        for (long i = 0; i < chunks.Count; i++)
        {
            WriteIndex(device: 1, chunks.AddressInDevice(i));
        }
    }

    private void WriteIndex(ushort device, uint address)
    {
        Span<byte> index = stackalloc byte[ErofsFormat.ChunkIndexSize];
        var writer = new LittleEndianWriter(index);
        writer.UInt16(0);
        writer.UInt16(device);
        writer.UInt32(address);
        Write(index);
    }

    /// <summary>Writes what stands in blocks of its own, or the tail behind it.</summary>
    private void WriteContent(InodePlan inode, bool isTail)
    {
        long left = inode.Size - inode.TailLength;
        foreach (ReadOnlyMemory<byte> piece in Content(inode))
        {
            int split = (int)Math.Min(left, piece.Length);
            Write((isTail ? piece[split..] : piece[..split]).Span);
            left -= split;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Content(InodePlan inode) =>
        inode.Node.IsDirectory ? DirectoryContent.Encode(inode.Node).Select(block => (ReadOnlyMemory<byte>)block) : [inode.Node.LinkTarget];

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        position += bytes.Length;
    }

    private void FillBlock() => FillTo(ErofsFormat.AlignUp(position, ErofsFormat.BlockSize));

    private void FillTo(long offset)
    {
        while (position < offset)
        {
            Write(Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, offset - position)));
        }
    }
}

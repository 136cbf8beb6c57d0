using System.Text;

namespace Conex.Images.Erofs;

/// <summary>Writes a tree as an EROFS image of metadata whose files point into a device, which is a tar.</summary>
internal static class ErofsImage
{
    private const int TagLength = 64;

    /// <summary>Writes the image. The same tree gives the same bytes.</summary>
    /// <param name="device">The tar, for content that cannot be pointed at; seekable.</param>
    /// <param name="deviceTag">Names the tar: the 64 digits of its digest.</param>
    /// <exception cref="ErofsLimitException">No image can hold the tree.</exception>
    internal static void Write(ErofsNode root, Stream device, string deviceTag, Stream output)
    {
        var tree = new ImageLayout(root);
        Span<byte> beginning = stackalloc byte[ErofsFormat.InodesOffset];
        beginning.Clear();
        WriteSuperblock(tree, ErofsFormat.Blocks(device.Length), deviceTag, beginning);
        var buffered = new BufferedStream(output, 256 * 1024);
        buffered.Write(beginning);
        var writer = new InodeWriter(buffered, tree, device, ErofsFormat.InodesOffset);
        writer.WriteInodes();
        writer.WriteBlocks();
        buffered.Flush();
    }

    private static void WriteSuperblock(ImageLayout tree, long deviceBlocks, string deviceTag, Span<byte> image)
    {
        var super = new LittleEndianWriter(image[ErofsFormat.SuperblockOffset..]);
        super.UInt32(ErofsFormat.Magic);
        super.UInt32(0); // the checksum, below
        super.UInt32(ErofsFormat.CompatibleChecksum | ErofsFormat.CompatibleTimes);
        super.Byte(ErofsFormat.BlockBits);
        super.Byte(0); // slots after the superblock
        super.UInt16((ushort)tree.Root.Number);
        super.UInt64((ulong)tree.InodeCount);
        super.Skip(8 + 4); // the time of inodes that have none
        super.UInt32((uint)tree.BlockCount);
        super.UInt32(0); // inode numbers count from the image's beginning
        super.UInt32(tree.SharedAttributesBlock);
        super.Skip(16 + 16); // UUID and volume name
        super.UInt32(ErofsFormat.IncompatibleChunks | ErofsFormat.IncompatibleDevices);
        super.UInt16(0); // compression
        super.UInt16(1); // devices beside the image
        super.UInt16(ErofsFormat.DeviceSlotOffset / ErofsFormat.DeviceSlotSize);

        Span<byte> slot = image.Slice(ErofsFormat.DeviceSlotOffset, ErofsFormat.DeviceSlotSize);
        Encoding.ASCII.GetBytes(deviceTag.AsSpan(0, Math.Min(deviceTag.Length, TagLength)), slot);
        var device = new LittleEndianWriter(slot[TagLength..]);
        device.UInt32((uint)Math.Min(deviceBlocks, uint.MaxValue));

        // erofs_superblock_csum_verify(): from the superblock to the end of its block, without the final inversion.
        uint checksum = Crc32C.Compute(image.Slice(ErofsFormat.SuperblockOffset, ErofsFormat.BlockSize));
        new LittleEndianWriter(image[(ErofsFormat.SuperblockOffset + 4)..]).UInt32(checksum);
    }
}

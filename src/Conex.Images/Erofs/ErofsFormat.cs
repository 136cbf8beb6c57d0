namespace Conex.Images.Erofs;

/// <summary>Numbers of the on-disk format (linux fs/erofs/erofs_fs.h).</summary>
internal static class ErofsFormat
{
    internal const uint Magic = 0xE0F5E1E2;
    internal const int SuperblockOffset = 1024;

    /// <summary>Tar headers and data lie on 512-byte boundaries; so do blocks, or data could not be pointed at.</summary>
    internal const int BlockBits = 9;
    internal const int BlockSize = 1 << BlockBits;

    internal const int DeviceSlotSize = 128;
    internal const int DeviceSlotOffset = SuperblockOffset + 128;

    /// <summary>Inodes begin at multiples of this; an inode's number (nid) is its place divided by it.</summary>
    internal const int InodeSlotSize = 32;
    internal const int InodeSize = 64;

    /// <summary>Where inodes begin: behind the block of the superblock and the device slot. The root's number has 16 bits, so it comes first.</summary>
    internal const int InodesOffset = SuperblockOffset + BlockSize;

    internal const int DirectoryEntrySize = 12;
    internal const int ChunkIndexSize = 8;
    internal const int AttributeHeaderSize = 12;

    /// <summary>The chunk size is at most the block size shifted by this: 5 bits of the format.</summary>
    internal const int LargestChunkShift = 31;

    internal const int LongestName = 255;

    /// <summary>A block address that means "a hole".</summary>
    internal const uint NoBlock = uint.MaxValue;

    internal const uint CompatibleChecksum = 1;
    internal const uint CompatibleTimes = 2;
    internal const uint IncompatibleChunks = 4;
    internal const uint IncompatibleDevices = 8;

    internal const ushort ChunkFormatIndexes = 0x20;

    internal static long AlignUp(long value, int alignment) => (value + alignment - 1) & -alignment;

    internal static long Blocks(long bytes) => (bytes + BlockSize - 1) >> BlockBits;
}

/// <summary>Where the content of an inode lies: bits 1 to 3 of its format word.</summary>
internal enum ErofsDataLayout : byte
{
    /// <summary>In blocks of the image.</summary>
    Plain = 0,

    /// <summary>In blocks of the image, the last part behind the inode.</summary>
    Inline = 2,

    /// <summary>In chunks, each with a device and a block of its own.</summary>
    Chunks = 4,
}

using System.Runtime.InteropServices;

namespace Conex.Images.Erofs;

/// <summary>What is kept of a node: what one kind alone has shares its place with what another has.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NodeRecord
{
    internal long Seconds;
    internal uint Nanoseconds;
    internal uint UserId;
    internal uint GroupId;
    internal ushort KindAndMode;
    internal NodeFlags Flags;

    /// <summary>Where the content lies in the image that is made of the tree.</summary>
    internal ErofsDataLayout Layout;

    /// <summary>Of a directory: the number of the one that it stands in.</summary>
    internal int Parent;

    /// <summary>Bytes of a file or of a directory's names; the first number of a device.</summary>
    internal long Size;

    /// <summary>Where a file's bytes begin in the device; the second number of a device.</summary>
    internal long DeviceOffset;

    /// <summary>The blob with the target of a link, the pieces of a file or the name of a directory; 0 without.</summary>
    internal long Content;

    /// <summary>The blob with the extended attributes; 0 without.</summary>
    internal long Attributes;

    /// <summary>The place in the image, in bytes.</summary>
    internal long Offset;

    /// <summary>The number of the node whose inode comes behind; 0 for none.</summary>
    internal int NextInode;

    /// <summary>How many names it has in the image; 0 until it is one of its inodes.</summary>
    internal uint Links;

    internal uint FirstBlock;
}

[Flags]
internal enum NodeFlags : byte
{
    None = 0,
    MustBeCopied = 1,
    IsImplied = 2,
}

using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>A file, directory, link or node of a tree that becomes an image. One that stands under several names is a hard link.</summary>
/// <remarks>A layer may have a million of them, all in memory at once: what one kind alone has shares its place with what another has.</remarks>
internal sealed class ErofsNode
{
    private const uint ModeBits = 0xFFF;

    // The target of a link, the pieces of a file, or the names in a directory.
    private readonly object? content;

    // Size and offset of a file, or the numbers of a device.
    private readonly long first;
    private readonly long second;
    private long seconds;
    private uint nanoseconds;
    private ushort kindAndMode;

    internal ErofsNode(FileKind kind)
    {
        kindAndMode = (ushort)kind;
        content = kind == FileKind.Directory ? new Names() : null;
    }

    internal FileKind Kind => (FileKind)(kindAndMode & ~ModeBits);

    /// <summary>Permission bits with set-user-ID, set-group-ID and sticky: 12 bits.</summary>
    internal uint Mode
    {
        get => kindAndMode & ModeBits;
        set => kindAndMode = (ushort)((uint)Kind | (value & ModeBits));
    }

    internal uint UserId { get; set; }

    internal uint GroupId { get; set; }

    internal TarTime Modified
    {
        get => new(seconds, nanoseconds);
        set => (seconds, nanoseconds) = (value.Seconds, value.Nanoseconds);
    }

    /// <summary>Of a device node.</summary>
    internal uint DeviceMajor
    {
        get => IsDevice ? (uint)first : 0;
        init => first = IsDevice ? value : first;
    }

    /// <inheritdoc cref="DeviceMajor"/>
    internal uint DeviceMinor
    {
        get => IsDevice ? (uint)second : 0;
        init => second = IsDevice ? value : second;
    }

    /// <summary>Of a symbolic link.</summary>
    internal ReadOnlyMemory<byte> LinkTarget
    {
        get => content as byte[];
        init => content = Kind == FileKind.SymbolicLink ? value.ToArray() : content;
    }

    /// <summary>Bytes of a regular file, holes included.</summary>
    internal long Size
    {
        get => IsRegular ? first : 0;
        init => first = IsRegular ? value : first;
    }

    /// <summary>Where a regular file's bytes begin in the device, if they lie there in one piece: nearly all do.</summary>
    internal long DeviceOffset
    {
        get => IsRegular ? second : 0;
        init => second = IsRegular ? value : second;
    }

    /// <summary>The pieces of a regular file with holes, in order; null for one that lies in the device as it is.</summary>
    internal IReadOnlyList<ErofsExtent>? Pieces
    {
        get => content as IReadOnlyList<ErofsExtent>;
        init => content = IsRegular ? value : content;
    }

    /// <summary>Where a regular file's bytes lie in the device: in order, everything between is a hole.</summary>
    internal IReadOnlyList<ErofsExtent> Extents => Pieces ?? (HasContent ? [new ErofsExtent(0, Size, DeviceOffset)] : []);

    internal bool HasContent => Size > 0;

    /// <summary>Whether the content is copied into the image in any case: a mapping of a file shows its last block to the end, which in the device
    /// may not be zeros.</summary>
    internal bool MustBeCopied { get; set; }

    /// <summary>Of a directory that no entry describes: its time is nobody's.</summary>
    internal bool IsImplied { get; set; }

    /// <summary>Extended attributes, one of a name.</summary>
    internal IReadOnlyList<TarAttribute> Attributes { get; set; } = [];

    /// <summary>Of a directory; null for everything else.</summary>
    internal Dictionary<byte[], ErofsNode>? Children => (content as Names)?.Children;

    /// <summary>The directory that a directory stands in; null for the root.</summary>
    internal ErofsNode? Parent => (content as Names)?.Parent;

    /// <summary>Its place in the image that is being made of the tree.</summary>
    internal InodePlan? Plan { get; set; }

    internal bool IsDirectory => Kind == FileKind.Directory;

    private bool IsRegular => Kind == FileKind.Regular;

    private bool IsDevice => Kind is FileKind.CharacterDevice or FileKind.BlockDevice;

    internal ErofsNode? Child(ReadOnlySpan<byte> name) =>
        Children!.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out ErofsNode? child) ? child : null;

    internal void Add(ReadOnlySpan<byte> name, ErofsNode child)
    {
        Children!.Add(name.ToArray(), child);
        if (child.content is Names names)
        {
            names.Parent = this;
        }
    }

    /// <summary>What a directory has and nothing else.</summary>
    private sealed class Names
    {
        internal Dictionary<byte[], ErofsNode> Children { get; } = new(BytePathComparer.Instance);

        internal ErofsNode? Parent { get; set; }
    }
}

/// <summary>A piece of a file's content.</summary>
/// <param name="Offset">In the file.</param>
/// <param name="Length">In bytes.</param>
/// <param name="DeviceOffset">Its place in the device, which is the tar.</param>
internal readonly record struct ErofsExtent(long Offset, long Length, long DeviceOffset)
{
    internal long End => Offset + Length;
}

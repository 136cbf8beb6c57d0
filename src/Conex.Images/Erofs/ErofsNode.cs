using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>A file, directory, link or node of a tree that becomes an image. One that stands under several names is a hard link.</summary>
internal sealed class ErofsNode(FileKind kind)
{
    internal FileKind Kind { get; } = kind;

    /// <summary>Permission bits with set-user-ID, set-group-ID and sticky: 12 bits.</summary>
    internal uint Mode { get; set; }

    internal uint UserId { get; set; }

    internal uint GroupId { get; set; }

    internal TarTime Modified { get; set; }

    /// <summary>Of a device node.</summary>
    internal uint DeviceMajor { get; init; }

    /// <inheritdoc cref="DeviceMajor"/>
    internal uint DeviceMinor { get; init; }

    /// <summary>Of a symbolic link.</summary>
    internal ReadOnlyMemory<byte> LinkTarget { get; init; }

    /// <summary>Bytes of a regular file, holes included.</summary>
    internal long Size { get; init; }

    /// <summary>Where a regular file's bytes begin in the device, if they lie there in one piece: nearly all do, and a layer may have a hundred thousand.</summary>
    internal long DeviceOffset { get; init; }

    /// <summary>The pieces of a regular file with holes, in order; null for one that lies in the device as it is.</summary>
    internal IReadOnlyList<ErofsExtent>? Pieces { get; init; }

    /// <summary>Where a regular file's bytes lie in the device: in order, everything between is a hole.</summary>
    internal IReadOnlyList<ErofsExtent> Extents => Pieces ?? (HasContent ? [new ErofsExtent(0, Size, DeviceOffset)] : []);

    internal bool HasContent => Kind == FileKind.Regular && Size > 0;

    /// <summary>Whether the content is copied into the image in any case: a mapping of a file shows its last block to the end, which in the device
    /// may not be zeros.</summary>
    internal bool MustBeCopied { get; set; }

    /// <summary>Of a directory that no entry describes: its time is nobody's.</summary>
    internal bool IsImplied { get; set; }

    /// <summary>Extended attributes, one of a name.</summary>
    internal IReadOnlyList<TarAttribute> Attributes { get; set; } = [];

    /// <summary>Of a directory; null for everything else.</summary>
    internal Dictionary<byte[], ErofsNode>? Children { get; } =
        kind == FileKind.Directory ? new Dictionary<byte[], ErofsNode>(BytePathComparer.Instance) : null;

    /// <summary>The directory that a directory stands in; null for the root.</summary>
    internal ErofsNode? Parent { get; set; }

    /// <summary>Its place in the image that is being made of the tree.</summary>
    internal InodePlan? Plan { get; set; }

    internal bool IsDirectory => Kind == FileKind.Directory;

    internal ErofsNode? Child(ReadOnlySpan<byte> name) =>
        Children!.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out ErofsNode? child) ? child : null;

    internal void Add(ReadOnlySpan<byte> name, ErofsNode child)
    {
        Children!.Add(name.ToArray(), child);
        if (child.IsDirectory)
        {
            child.Parent = this;
        }
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

using System.Text;

namespace Conex.Images.Tar;

/// <summary>One entry's header. Names are bytes, because on Linux they are.</summary>
public sealed record TarEntry
{
    public required TarEntryType Type { get; init; }

    /// <summary>The path as the archive has it: perhaps absolute, with "./" or "..", with or without a slash at the end.</summary>
    public required ReadOnlyMemory<byte> Path { get; init; }

    /// <summary>Where a symbolic link points, or the path of the entry that a hard link names again; empty otherwise.</summary>
    public ReadOnlyMemory<byte> LinkTarget { get; init; }

    /// <summary>Permission bits with set-user-ID, set-group-ID and sticky: 12 bits.</summary>
    public uint Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Bytes of the file as it will be, holes included; 0 for everything without content.</summary>
    public long Size { get; init; }

    public TarTime Modified { get; init; }

    /// <summary>Of a device node.</summary>
    public uint DeviceMajor { get; init; }

    /// <inheritdoc cref="DeviceMajor"/>
    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes (SCHILY.xattr records).</summary>
    public IReadOnlyList<TarAttribute> Attributes { get; init; } = [];

    /// <summary>Where the stored bytes belong in a file with holes; null for a file without.</summary>
    public IReadOnlyList<SparseSegment>? Segments { get; init; }

    /// <summary>The path for messages; bytes that are no UTF-8 are replaced.</summary>
    public string PathText => Encoding.UTF8.GetString(Path.Span);

    /// <summary>The link target for messages.</summary>
    public string LinkTargetText => Encoding.UTF8.GetString(LinkTarget.Span);
}

/// <summary>An extended attribute, such as <c>security.capability</c>.</summary>
public sealed record TarAttribute(string Name, ReadOnlyMemory<byte> Value);

/// <summary>Bytes that are stored: everything between segments is a hole.</summary>
public readonly record struct SparseSegment(long Offset, long Length)
{
    public long End => Offset + Length;
}

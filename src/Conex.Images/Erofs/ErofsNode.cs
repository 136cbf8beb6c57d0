using Conex.Images.Tar;
using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>A file, directory, link or node of a tree. One that stands under several names is a hard link.</summary>
internal readonly record struct ErofsNode
{
    private const uint ModeBits = 0xFFF;
    private readonly ErofsTree tree;
    private readonly int number;

    internal ErofsNode(ErofsTree tree, int number)
    {
        this.tree = tree;
        this.number = number;
    }

    /// <summary>Which it is of the tree's nodes.</summary>
    internal int Number => number;

    internal FileKind Kind => (FileKind)(Record.KindAndMode & ~ModeBits);

    /// <summary>Permission bits with set-user-ID, set-group-ID and sticky: 12 bits.</summary>
    internal uint Mode
    {
        get => Record.KindAndMode & ModeBits;
        set => Changed.KindAndMode = (ushort)((uint)Kind | (value & ModeBits));
    }

    internal uint UserId
    {
        get => Record.UserId;
        set => Changed.UserId = value;
    }

    internal uint GroupId
    {
        get => Record.GroupId;
        set => Changed.GroupId = value;
    }

    internal TarTime Modified
    {
        get => new(Record.Seconds, Record.Nanoseconds);
        set => (Changed.Seconds, Changed.Nanoseconds) = (value.Seconds, value.Nanoseconds);
    }

    /// <summary>Of a device node.</summary>
    internal uint DeviceMajor => IsDevice ? (uint)Record.Size : 0;

    /// <inheritdoc cref="DeviceMajor"/>
    internal uint DeviceMinor => IsDevice ? (uint)Record.DeviceOffset : 0;

    /// <summary>Of a symbolic link.</summary>
    internal byte[] LinkTarget => Kind == FileKind.SymbolicLink ? tree.Heap.Get(Record.Content) : [];

    /// <summary>Bytes of a regular file, holes included.</summary>
    internal long Size => IsRegular ? Record.Size : 0;

    /// <summary>Where a regular file's bytes begin in the device, if they lie there in one piece.</summary>
    internal long DeviceOffset => IsRegular ? Record.DeviceOffset : 0;

    /// <summary>Whether a regular file has holes.</summary>
    internal bool HasPieces => IsRegular && Record.Content != 0;

    /// <summary>Where a regular file's bytes lie in the device: in order, everything between is a hole.</summary>
    internal ErofsExtents Extents => HasPieces ? new ErofsExtents(tree.Heap, Record.Content) : new ErofsExtents(Size, DeviceOffset);

    internal bool HasContent => Size > 0;

    /// <summary>Whether the content is copied into the image in any case: a mapping of a file shows its last block to the end, which in the device
    /// may not be zeros.</summary>
    internal bool MustBeCopied
    {
        get => Has(NodeFlags.MustBeCopied);
        set => Set(NodeFlags.MustBeCopied, value);
    }

    /// <summary>Of a directory that no entry describes: its time is nobody's.</summary>
    internal bool IsImplied
    {
        get => Has(NodeFlags.IsImplied);
        set => Set(NodeFlags.IsImplied, value);
    }

    /// <summary>Extended attributes, one of a name.</summary>
    internal IReadOnlyList<TarAttribute> Attributes
    {
        get
        {
            if (Record.Attributes == 0)
            {
                return [];
            }
            using var reader = new BinaryReader(new MemoryStream(tree.Heap.Get(Record.Attributes)));
            return AttributeBlob.Read(reader);
        }
        set
        {
            long blob = value.Count == 0 ? 0 : Store(value);
            Changed.Attributes = blob;
        }
    }

    /// <summary>Of a directory: names in the order of their bytes, and what has them.</summary>
    internal IEnumerable<(byte[] Name, ErofsNode Node)> Children => tree.Children(number);

    /// <summary>The directory that a directory stands in; the root stands in itself.</summary>
    internal ErofsNode Parent => new(tree, Record.Parent);

    /// <summary>The name under which a directory was added last; the root has none.</summary>
    internal byte[] Name => Record.Content == 0 ? [] : tree.Heap.Get(Record.Content);

    internal bool IsRoot => this == tree.Root;

    internal bool IsDirectory => Kind == FileKind.Directory;

    /// <summary>Its place in the image that is being made of the tree.</summary>
    internal InodePlan Plan => new(tree, number);

    private bool IsRegular => Kind == FileKind.Regular;

    private bool IsDevice => Kind is FileKind.CharacterDevice or FileKind.BlockDevice;

    private ref readonly NodeRecord Record => ref tree.Read(number);

    private ref NodeRecord Changed => ref tree.Change(number);

    internal ErofsNode? Child(ReadOnlySpan<byte> name) => tree.Child(number, name);

    internal void Add(ReadOnlySpan<byte> name, ErofsNode child)
    {
        tree.SetChild(number, name, child.number);
        if (child.IsDirectory)
        {
            long blob = tree.Heap.Add(name);
            (child.Changed.Parent, child.Changed.Content) = (number, blob);
        }
    }

    internal void Remove(ReadOnlySpan<byte> name) => tree.RemoveChild(number, name);

    private bool Has(NodeFlags flag) => (Record.Flags & flag) != 0;

    private void Set(NodeFlags flag, bool value) => Changed.Flags = value ? Record.Flags | flag : Record.Flags & ~flag;

    private long Store(IReadOnlyList<TarAttribute> attributes)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        AttributeBlob.Write(writer, attributes);
        return tree.Heap.Add(stream.ToArray());
    }
}

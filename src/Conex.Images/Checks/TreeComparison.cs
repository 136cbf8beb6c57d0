using System.Buffers.Binary;
using System.Globalization;
using Conex.Images.Erofs;
using Conex.Images.Layers;
using Conex.Images.Paging;
using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Checks;

/// <summary>Compares an unpacked layer with its tar: names, kinds, modes, owners, links, content, extended attributes and modification times.</summary>
/// <param name="tar">The layer's, seekable.</param>
/// <param name="tree">Where it is unpacked.</param>
/// <param name="layer">What the tar holds. What was seen of the tree is remembered in its pages.</param>
internal sealed class TreeComparison(Stream tar, DirectoryHandle tree, LayerTree layer, CancellationToken cancellationToken)
{
    private const uint AllBits = 0xFFF;
    private const uint Permissions = 0x1FF;
    private static readonly UnpackRules IndexRules = new(Privileged: true);
    private readonly UnpackRules rules = UnpackRules.Current;
    private readonly SortedNames sorted = new(new BlobHeap(layer.Nodes.Cache));

    // Numbers of directories in the order in which they are looked at.
    private readonly RecordTable<int> directories = new(layer.Nodes.Cache);

    // By the node's number the inode's in the tree, 0 until it is met; and those of files with several names.
    private readonly RecordTable<ulong> inodes = new(layer.Nodes.Cache);
    private readonly SortedIndex linked = new(layer.Nodes.Cache);
    private readonly byte[] actual = new byte[128 << 10];
    private readonly byte[] expected = new byte[128 << 10];

    /// <summary>The first difference as a half sentence; null when there is none.</summary>
    /// <exception cref="KernelException">The machine refuses to read the tree.</exception>
    internal string? Find()
    {
        if (DifferenceOf(EntryAt.Status(tree, [])!.Value, layer.Root, "."u8.ToArray(), tree) is { } own)
        {
            return $"/ {own}";
        }
        for (int i = 0; i < layer.Nodes.NodeCount; i++)
        {
            inodes.Add(0);
        }
        directories.Add(layer.Root.Number);
        for (int i = 0; i < directories.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var node = new ErofsNode(layer.Nodes, directories.Read(i));
            if (InDirectory(LayerTree.PathOf(node)!, node) is { } difference)
            {
                return difference;
            }
        }
        return null;
    }

    /// <param name="prefix">The path with a slash at the end; empty for the root.</param>
    private string? InDirectory(byte[] prefix, ErofsNode node)
    {
        byte[] path = prefix[..Math.Max(prefix.Length - 1, 0)];
        using DirectoryHandle directory =
            EntryAt.TryOpenResolved(
                tree,
                path.Length == 0 ? "."u8 : path,
                OpenMode.NoFollow,
                ResolveRules.Beneath | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks,
                out Errno error
            ) ?? throw new KernelException("open directory", LayerPath.Show(path), error);
        using IEnumerator<byte[]> there = sorted.Of(directory).GetEnumerator();
        bool isOneThere = there.MoveNext();
        foreach ((byte[] name, ErofsNode child) in node.Children)
        {
            int order = isOneThere ? there.Current.AsSpan().SequenceCompareTo(name) : 1;
            if (order < 0)
            {
                break;
            }
            if (InEntry(directory, name, child) is { } difference)
            {
                return $"{LayerPath.Show([.. prefix, .. name])} {difference}";
            }
            isOneThere = order == 0 ? there.MoveNext() : isOneThere;
        }
        if (isOneThere)
        {
            return $"{LayerPath.Show([.. prefix, .. there.Current])} is not in the tar";
        }
        // Last, since what changes in a directory changes its time.
        string? late = AttributeComparison.Difference(EntryAt.Status(directory, [])!.Value, node);
        return late is null ? null : $"{LayerPath.Show(path)} {late}";
    }

    private string? InEntry(DirectoryHandle directory, byte[] name, ErofsNode node)
    {
        if (EntryAt.Status(directory, name) is not { } status)
        {
            bool isLeftOut =
                !rules.Privileged && node.Kind is FileKind.CharacterDevice or FileKind.BlockDevice && !LayerTree.IsWhiteout(node);
            return isLeftOut ? null : "is missing";
        }
        if (status.Kind != node.Kind)
        {
            return "is a file of another kind";
        }
        if (node.IsDirectory)
        {
            directories.Add(node.Number);
            return DifferenceOf(status, node, name, directory);
        }
        ulong former = inodes.Read(node.Number);
        if (former != 0)
        {
            return former == status.Inode ? null : "is no hard link any more";
        }
        inodes.Change(node.Number) = status.Inode;
        if (status.Links > 1 && !IsFirst(status))
        {
            return "is a hard link to another file";
        }
        return DifferenceOf(status, node, name, directory)
            ?? DifferenceOfContent(status, node, name, directory)
            ?? AttributeComparison.Difference(status, node);
    }

    /// <summary>Whether no other node was a file with several names that this is.</summary>
    private bool IsFirst(FileStatus status)
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(key, status.Inode);
        bool isFirst = !linked.TryGet(key, out _);
        linked.Set(key, 0);
        return isFirst;
    }

    private string? DifferenceOfContent(FileStatus status, ErofsNode node, byte[] name, DirectoryHandle directory) =>
        node.Kind switch
        {
            FileKind.Regular => HasContent(directory, name, node) ? null : "has other content",
            FileKind.SymbolicLink => EntryAt.ReadLink(directory, name).AsSpan().SequenceEqual(node.LinkTarget)
                ? null
                : "points to something else",
            FileKind.CharacterDevice or FileKind.BlockDevice => status.SpecialDevice == (node.DeviceMajor, node.DeviceMinor)
                ? null
                : "is another device",
            _ => null,
        };

    private string? DifferenceOf(FileStatus status, ErofsNode node, byte[] name, DirectoryHandle directory)
    {
        uint bits = rules.Privileged ? AllBits : Permissions;
        if (node.Kind != FileKind.SymbolicLink && (status.Mode & bits) != (node.Mode & bits))
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"has the mode {Convert.ToString(status.Mode & bits, 8)} instead of {Convert.ToString(node.Mode & bits, 8)}"
            );
        }
        if (rules.Privileged && (status.UserId, status.GroupId) != (node.UserId, node.GroupId))
        {
            return $"belongs to {status.UserId}:{status.GroupId} instead of {node.UserId}:{node.GroupId}";
        }
        if (node.Kind == FileKind.Regular && status.Size != (ulong)node.Size)
        {
            return $"has {status.Size} bytes instead of {node.Size}";
        }
        IReadOnlyList<TarAttribute> attributes = TreeAttributes.Read(directory, name, out bool isOpaque);
        return isOpaque != NodeAttributes.IsOpaque(node, IndexRules)
            ? "shows or hides lower layers where it should not"
            : AttributeComparison.Difference(attributes, node, rules, directory, name);
    }

    private bool HasContent(DirectoryHandle directory, byte[] name, ErofsNode node)
    {
        using FileHandle file =
            EntryAt.TryOpen(directory, name, OpenMode.Read | OpenMode.NonBlocking, out Errno error)
            ?? throw new KernelException("open", LayerPath.Show(name), error);
        long position = 0;
        foreach (ErofsExtent extent in node.Extents)
        {
            tar.Position = extent.DeviceOffset;
            if (!IsNext(file, extent.Offset - position, isHole: true) || !IsNext(file, extent.Length, isHole: false))
            {
                return false;
            }
            position = extent.End;
        }
        return IsNext(file, node.Size - position, isHole: true);
    }

    /// <summary>Whether the file goes on with zeros, or as the tar does.</summary>
    private bool IsNext(FileHandle file, long length, bool isHole)
    {
        while (length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int n = FileIo.Read(file, actual.AsSpan(0, (int)Math.Min(length, actual.Length)));
            if (n == 0)
            {
                return false;
            }
            if (!isHole)
            {
                tar.ReadExactly(expected.AsSpan(0, n));
            }
            bool isSame = isHole
                ? !actual.AsSpan(0, n).ContainsAnyExcept((byte)0)
                : actual.AsSpan(0, n).SequenceEqual(expected.AsSpan(0, n));
            if (!isSame)
            {
                return false;
            }
            length -= n;
        }
        return true;
    }
}

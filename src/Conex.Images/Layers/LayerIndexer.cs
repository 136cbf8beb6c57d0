using Conex.Images.Erofs;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>Reads one layer's tar into a tree that says of each file where its bytes lie in the tar. What <see cref="LayerExtractor"/> would put on
/// a disk, this puts into the tree, and what it refuses, this refuses with the same words.</summary>
internal sealed class LayerIndexer
{
    private readonly TarReader reader;
    private readonly LayerTree tree;
    private readonly PendingEntries directories;
    private readonly LowerLinks? lowerLinks;
    private ErofsNode? lastFile;
    private long contentSize;

    private LayerIndexer(TarReader reader, LayerTree tree, LowerLinks? lowerLinks)
    {
        this.reader = reader;
        this.tree = tree;
        this.lowerLinks = lowerLinks;
        directories = new PendingEntries(tree.Nodes.Cache);
    }

    /// <summary>Reads all entries of <paramref name="reader"/>, whose stream begins where the tar does.</summary>
    /// <param name="tree">An empty one.</param>
    /// <returns>The bytes of all files' content.</returns>
    /// <exception cref="TarException">The tar is malformed.</exception>
    /// <exception cref="LayerException">An entry is hostile or impossible.</exception>
    /// <exception cref="KernelException">An attribute needs rights that no process has.</exception>
    internal static long Read(TarReader reader, LayerTree tree, CancellationToken cancellationToken = default) =>
        Read(reader, tree, null, cancellationToken);

    /// <summary>The same, but hard links to files of lower layers are told instead of refused.</summary>
    internal static long ReadOfImage(
        TarReader reader,
        LayerTree tree,
        out IReadOnlyList<LowerLink> links,
        CancellationToken cancellationToken = default
    )
    {
        var lower = new LowerLinks(tree);
        long size = Read(reader, tree, lower, cancellationToken);
        links = lower.Remaining();
        return size;
    }

    private static long Read(TarReader reader, LayerTree tree, LowerLinks? links, CancellationToken cancellationToken)
    {
        var indexer = new LayerIndexer(reader, tree, links);
        while (indexer.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            indexer.Take(entry);
        }
        indexer.ApplyDirectories();
        return indexer.contentSize;
    }

    private TarEntry? Next()
    {
        TarEntry? entry = reader.Next();
        if (lastFile is { } file && !reader.PaddingIsZero)
        {
            file.MustBeCopied = true;
        }
        lastFile = null;
        return entry;
    }

    private void Take(TarEntry entry)
    {
        LayerPath path = LayerPath.Normalise(entry.Path);
        if (path.IsRoot)
        {
            if (entry.Type != TarEntryType.Directory)
            {
                throw new LayerException("the layer has an entry that would replace its root by something else than a directory");
            }
            directories.Set(path, entry);
            return;
        }
        if (Whiteout.IsAufsMetadata(path.Bytes))
        {
            return;
        }
        ErofsNode parent = tree.Parent(path);
        if (Whiteout.Is(path.Name))
        {
            Hide(parent, path);
            return;
        }
        switch (entry.Type)
        {
            case TarEntryType.Directory:
                MakeDirectory(parent, path, entry);
                break;
            case TarEntryType.HardLink:
                MakeHardLink(parent, path, entry);
                break;
            default:
                MakeNode(parent, path, entry);
                break;
        }
    }

    private void Hide(ErofsNode parent, LayerPath path)
    {
        if (Whiteout.IsOpaque(path.Name))
        {
            NodeAttributes.SetOpaque(parent, tree.Rules);
            return;
        }
        ReadOnlySpan<byte> target = Whiteout.Target(path);
        // A whiteout is for lower layers only: what this layer has under the name stays.
        switch (parent.Child(target))
        {
            case null:
                UnpackError.Check(LayerTree.Add(parent, target, tree.NewWhiteout()), "make the whiteout", path);
                break;
            case { IsDirectory: true } directory:
                NodeAttributes.SetOpaque(directory, tree.Rules);
                break;
        }
    }

    private void MakeNode(ErofsNode parent, LayerPath path, TarEntry entry)
    {
        if (entry.Type == TarEntryType.SymbolicLink && entry.LinkTarget.IsEmpty)
        {
            throw UnpackError.Create(Errno.ENOENT, "create", path);
        }
        ErofsNode node = NewNode(entry);
        lastFile = node;
        contentSize += entry.Segments?.Sum(segment => segment.Length) ?? entry.Size;
        UnpackError.Check(Put(parent, path, node), "create", path);
        UnpackError.Check(NodeAttributes.Apply(node, entry, tree.Rules), "set the attributes of", path);
    }

    private ErofsNode NewNode(TarEntry entry) =>
        entry.Type switch
        {
            TarEntryType.File => NewFile(entry),
            TarEntryType.SymbolicLink => tree.Nodes.NewSymbolicLink(entry.LinkTarget.Span),
            TarEntryType.Fifo => tree.Nodes.NewNode(FileKind.Fifo),
            TarEntryType.BlockDevice => tree.Nodes.NewDevice(FileKind.BlockDevice, entry.DeviceMajor, entry.DeviceMinor),
            _ => tree.Nodes.NewDevice(FileKind.CharacterDevice, entry.DeviceMajor, entry.DeviceMinor),
        };

    private ErofsNode NewFile(TarEntry entry)
    {
        long position = reader.ContentOffset;
        if (entry.Segments is not { } segments || (segments is [{ Offset: 0 } only] && only.Length == entry.Size))
        {
            return tree.Nodes.NewFile(entry.Size, position);
        }
        var pieces = new ErofsExtent[segments.Count];
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = new ErofsExtent(segments[i].Offset, segments[i].Length, position);
            position += segments[i].Length;
        }
        return tree.Nodes.NewSparseFile(entry.Size, pieces);
    }

    private void MakeDirectory(ErofsNode parent, LayerPath path, TarEntry entry)
    {
        Errno error = tree.MakeDirectory(parent, path.Name);
        if (error == Errno.EEXIST)
        {
            error = parent.Child(path.Name) switch
            {
                { IsDirectory: true } => Errno.None,
                { } node when LayerTree.IsWhiteout(node) => tree.ReplaceWhiteout(parent, path.Name),
                _ => ClearAndMakeDirectory(parent, path),
            };
        }
        UnpackError.Check(error, "create directory", path);
        directories.Set(path, entry);
    }

    private Errno ClearAndMakeDirectory(ErofsNode parent, LayerPath path)
    {
        Clear(parent, path);
        return tree.MakeDirectory(parent, path.Name);
    }

    private void MakeHardLink(ErofsNode parent, LayerPath path, TarEntry entry)
    {
        LayerPath target = LayerPath.Normalise(entry.LinkTarget);
        if (target.Bytes.SequenceEqual(path.Bytes) || target.IsRoot)
        {
            throw new LayerException($"the layer has a hard link, {path}, to {(target.IsRoot ? "its root" : "itself")}");
        }
        ErofsNode? found = tree.TryFind(target.Parent.ToArray(), out Errno error);
        if (found is { } directory)
        {
            error = Link(directory, target, parent, path);
            if (error == Errno.EEXIST)
            {
                Clear(parent, path);
                // The target may have been in what is replaced.
                error = LayerTree.PathOf(directory) is null ? Errno.ENOENT : Link(directory, target, parent, path);
            }
        }
        if (error == Errno.ENOENT && lowerLinks?.TryAdd(parent, path, target) == true)
        {
            // It replaces what an earlier entry made here.
            Clear(parent, path);
            return;
        }
        if (error is Errno.ENOENT or Errno.ENOTDIR or Errno.EPERM)
        {
            throw new LayerException($"the layer has a hard link, {path}, to {target}, which is no file of the layer");
        }
        UnpackError.Check(error, "link", path);
        if (LayerTree.IsWhiteout(parent.Child(path.Name)!.Value))
        {
            throw Whiteout.LinkTo(target, path);
        }
    }

    /// <summary>In the order in which linkat(2) finds errors.</summary>
    private static Errno Link(ErofsNode found, LayerPath target, ErofsNode parent, LayerPath path) =>
        target.Name.Length > ErofsFormat.LongestName ? Errno.ENAMETOOLONG
        : found.Child(target.Name) is not { } file ? Errno.ENOENT
        : parent.Child(path.Name) is not null ? Errno.EEXIST
        : file.IsDirectory && path.Name.Length <= ErofsFormat.LongestName ? Errno.EPERM
        : LayerTree.Add(parent, path.Name, file);

    private Errno Put(ErofsNode parent, LayerPath path, ErofsNode node)
    {
        Errno error = LayerTree.Add(parent, path.Name, node);
        if (error == Errno.EEXIST)
        {
            Clear(parent, path);
            error = LayerTree.Add(parent, path.Name, node);
        }
        return error;
    }

    /// <summary>Removes what an earlier entry made under this path; a directory with everything in it.</summary>
    private void Clear(ErofsNode parent, LayerPath path)
    {
        if (parent.Child(path.Name) is { IsDirectory: true })
        {
            directories.Remove(path);
        }
        LayerTree.Remove(parent, path.Name);
        tree.Forget();
    }

    private void ApplyDirectories()
    {
        foreach ((byte[] path, TarEntry entry) in directories.ChildrenFirst)
        {
            // A later entry may have replaced a link in the path, so that it leads nowhere or to a file.
            if (tree.TryFind(path, out Errno error, followLast: false) is { } directory)
            {
                error = NodeAttributes.Apply(directory, entry, tree.Rules);
            }
            else if (error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
            {
                continue;
            }
            UnpackError.Check(error, "set the attributes of", LayerPath.Normalise(path));
        }
    }
}

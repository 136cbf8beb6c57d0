using Conex.Images.Paging;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Images.Layers;

/// <summary>Unpacks one layer into a directory of its own, in overlayfs's form: a whiteout becomes a character device 0:0, an opaque
/// directory gets overlayfs's mark. The layer may be hostile: nothing outside of the directory is read or changed.</summary>
public sealed class LayerExtractor
{
    private readonly TarReader reader;
    private readonly LayerRoot root;
    private readonly PendingEntries directories;
    private readonly bool leavesLinks;
    private bool hasLeftLinks;
    private long contentSize;

    private LayerExtractor(TarReader reader, LayerRoot root, PageCache cache, bool leavesLinks)
    {
        this.reader = reader;
        this.root = root;
        this.leavesLinks = leavesLinks;
        directories = new PendingEntries(cache);
    }

    /// <summary>Unpacks all entries of <paramref name="reader"/>. Of entries with one path the last wins, in any order and of any type.</summary>
    /// <param name="directory">An empty directory.</param>
    /// <returns>Bytes of all files' content.</returns>
    /// <exception cref="TarException">The tar is malformed.</exception>
    /// <exception cref="LayerException">An entry is hostile or impossible.</exception>
    /// <exception cref="KernelException">The machine refuses: no space, no permission.</exception>
    public static long Extract(
        TarReader reader,
        DirectoryHandle directory,
        UnpackRules? rules = null,
        CancellationToken cancellationToken = default
    ) => Extract(reader, directory, rules ?? UnpackRules.Current, leavesLinks: false, cancellationToken).Size;

    /// <inheritdoc cref="Extract(TarReader, DirectoryHandle, UnpackRules?, CancellationToken)"/>
    /// <param name="leavesLinks">Whether hard links to files that the layer does not have are left out instead of refused: lower layers may have them.</param>
    /// <returns>Bytes of all files' content, whether links were left out, and <see cref="LayerRoot.HasMadeParents"/>.</returns>
    internal static (long Size, bool HasLeftLinks, bool HasMadeParents) Extract(
        TarReader reader,
        DirectoryHandle directory,
        UnpackRules rules,
        bool leavesLinks,
        CancellationToken cancellationToken
    )
    {
        using var root = new LayerRoot(directory, rules, FileModeMask.Read());
        using var cache = new PageCache(() => ScratchFile.Open(directory));
        var extractor = new LayerExtractor(reader, root, cache, leavesLinks);
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            extractor.Unpack(entry, cancellationToken);
        }
        PendingDirectories.Apply(extractor.directories, root);
        return (extractor.contentSize, extractor.hasLeftLinks, root.HasMadeParents);
    }

    private void Unpack(TarEntry entry, CancellationToken cancellationToken)
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
        DirectoryHandle parent = root.Parent(path);
        if (Whiteout.Is(path.Name))
        {
            Hide(parent, path);
            return;
        }
        switch (entry.Type)
        {
            case TarEntryType.File:
                MakeFile(parent, path, entry, cancellationToken);
                break;
            case TarEntryType.Directory:
                MakeDirectory(parent, path, entry);
                break;
            case TarEntryType.HardLink:
                MakeHardLink(parent, path, entry);
                break;
            case TarEntryType.SymbolicLink:
                MakeSymbolicLink(parent, path, entry);
                break;
            default:
                MakeNode(parent, path, entry);
                break;
        }
    }

    private void Hide(DirectoryHandle parent, LayerPath path)
    {
        if (Whiteout.IsOpaque(path.Name))
        {
            UnpackError.Check(root.SetOpaque(parent, "."u8), "mark as opaque the directory of", path);
            return;
        }
        ReadOnlySpan<byte> target = Whiteout.Target(path);
        // A whiteout is for lower layers only: what this layer has under the name stays.
        Errno error = EntryAt.Status(parent, target) switch
        {
            null => EntryAt.MakeNode(parent, target, FileKind.CharacterDevice, 0, 0, 0),
            { IsDirectory: true } => root.SetOpaque(parent, target),
            _ => Errno.None,
        };
        UnpackError.Check(error, "make the whiteout", path);
    }

    private void MakeFile(DirectoryHandle parent, LayerPath path, TarEntry entry, CancellationToken cancellationToken)
    {
        const OpenMode flags = OpenMode.Write | OpenMode.Create | OpenMode.Exclusive;
        uint permissions = entry.Mode & 0x1FF;
        FileHandle? file = EntryAt.TryOpen(parent, path.Name, flags, out Errno error, permissions);
        if (error == Errno.EEXIST)
        {
            Clear(parent, path);
            file = EntryAt.TryOpen(parent, path.Name, flags, out error, permissions);
        }
        using FileHandle open = file ?? throw UnpackError.Create(error, "create", path);
        if (entry.Segments is null)
        {
            WriteAll(open, path, cancellationToken);
        }
        else
        {
            WriteSegments(open, path, entry, cancellationToken);
        }
        error = EntryAttributes.Apply(open, entry, root.Rules, EntryAttributes.ModeAfterCreation(entry.Mode, root.Mask));
        UnpackError.Check(error, "set the attributes of", path);
    }

    private void WriteAll(FileHandle file, LayerPath path, CancellationToken cancellationToken)
    {
        while (reader.ReadChunk() is { IsEmpty: false } chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (!chunk.IsEmpty)
            {
                int n = FileIo.TryWrite(file, chunk, out Errno error);
                UnpackError.Check(error, "write", path);
                contentSize += n;
                chunk = chunk[n..];
            }
        }
    }

    private void WriteSegments(FileHandle file, LayerPath path, TarEntry entry, CancellationToken cancellationToken)
    {
        foreach (SparseSegment segment in entry.Segments!)
        {
            long offset = segment.Offset;
            while (offset < segment.End)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> chunk = reader.ReadChunk(segment.End - offset);
                UnpackError.Check(OpenFile.WriteAt(file, chunk, offset), "write", path);
                offset += chunk.Length;
                contentSize += chunk.Length;
            }
        }
        UnpackError.Check(OpenFile.SetLength(file, entry.Size), "set the size of", path);
    }

    private void MakeDirectory(DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        Errno error = root.MakeDirectory(parent, path.Name);
        if (error == Errno.EEXIST)
        {
            error = EntryAt.Status(parent, path.Name) switch
            {
                { IsDirectory: true } => Errno.None,
                { } status when LayerRoot.IsWhiteout(status) => root.ReplaceWhiteout(parent, path.Name),
                _ => ClearAndMakeDirectory(parent, path),
            };
        }
        UnpackError.Check(error, "create directory", path);
        directories.Set(path, entry);
    }

    private Errno ClearAndMakeDirectory(DirectoryHandle parent, LayerPath path)
    {
        Clear(parent, path);
        return root.MakeDirectory(parent, path.Name);
    }

    private void MakeHardLink(DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        LayerPath target = LayerPath.Normalise(entry.LinkTarget);
        if (target.Bytes.SequenceEqual(path.Bytes) || target.IsRoot)
        {
            throw new LayerException($"the layer has a hard link, {path}, to {(target.IsRoot ? "its root" : "itself")}");
        }
        using DirectoryHandle? found = root.TryOpen(target.Parent, OpenMode.Path, out Errno error);
        if (found is not null)
        {
            error = EntryAt.MakeHardLink(found, target.Name, parent, path.Name);
            if (error == Errno.EEXIST)
            {
                Clear(parent, path);
                error = EntryAt.MakeHardLink(found, target.Name, parent, path.Name);
            }
        }
        if (error == Errno.ENOENT && leavesLinks)
        {
            hasLeftLinks = true;
            Clear(parent, path);
            return;
        }
        // EPERM: link(2) says so of directories.
        if (error is Errno.ENOENT or Errno.ENOTDIR or Errno.EPERM)
        {
            throw new LayerException($"the layer has a hard link, {path}, to {target}, which is no file of the layer");
        }
        UnpackError.Check(error, "link", path);
        if (EntryAt.Status(parent, path.Name) is { } made && LayerRoot.IsWhiteout(made))
        {
            throw Whiteout.LinkTo(target, path);
        }
    }

    private void MakeSymbolicLink(DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        Errno error = EntryAt.MakeSymbolicLink(parent, path.Name, entry.LinkTarget.Span);
        if (error == Errno.EEXIST)
        {
            Clear(parent, path);
            error = EntryAt.MakeSymbolicLink(parent, path.Name, entry.LinkTarget.Span);
        }
        Finish(error, parent, path, entry);
    }

    private void MakeNode(DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        FileKind kind = entry.Type switch
        {
            TarEntryType.Fifo => FileKind.Fifo,
            TarEntryType.BlockDevice => FileKind.BlockDevice,
            _ => FileKind.CharacterDevice,
        };
        if (!root.Rules.Privileged && kind != FileKind.Fifo)
        {
            return;
        }
        uint permissions = entry.Mode & 0x1FF;
        Errno error = EntryAt.MakeNode(parent, path.Name, kind, permissions, entry.DeviceMajor, entry.DeviceMinor);
        if (error == Errno.EEXIST)
        {
            Clear(parent, path);
            error = EntryAt.MakeNode(parent, path.Name, kind, permissions, entry.DeviceMajor, entry.DeviceMinor);
        }
        Finish(error, parent, path, entry);
    }

    private void Finish(Errno error, DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        UnpackError.Check(error, "create", path);
        error = EntryAttributes.Apply(parent, path.Name, entry, root.Rules, root.Mask);
        UnpackError.Check(error, "set the attributes of", path);
    }

    /// <summary>Removes what an earlier entry made under this path; a directory with everything in it.</summary>
    private void Clear(DirectoryHandle parent, LayerPath path)
    {
        if (EntryAt.Status(parent, path.Name) is { IsDirectory: true })
        {
            directories.Remove(path);
        }
        DirectoryTree.Remove(parent, path.Name);
        root.Forget();
    }
}

using Conex.Images.Layers;
using Conex.Images.Paging;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>Writes an archive over a tree that is in use, as docker cp does. Neither the archive nor whoever changes the tree meanwhile can
/// lead a write out of it: every step is a descriptor and one component, and no link at the end is followed.</summary>
public sealed class TreeExtractor : IDisposable
{
    private const uint Permissions = 0x1FF;
    private const uint SetIdBits = 0xC00;
    private readonly TarReader reader;
    private readonly TreeDirectories directories;
    private readonly byte[] place;
    private readonly ExtractionRules rules;
    private readonly UnpackRules attributes;
    private readonly PageCache cache = new(ScratchFile.Open);
    private readonly PendingEntries pending;

    private TreeExtractor(TarReader reader, DirectoryHandle root, byte[] place, ExtractionRules rules)
    {
        this.reader = reader;
        this.place = place;
        this.rules = rules;
        directories = new TreeDirectories(root);
        pending = new PendingEntries(cache);
        attributes = new UnpackRules(rules.KeepsOwners && Environment.IsPrivilegedProcess);
    }

    /// <summary>Writes all entries of <paramref name="reader"/>.</summary>
    /// <param name="root">The root that absolute links lead from.</param>
    /// <param name="place">The directory that entries are relative to: a path below the root without "..", empty for the root.</param>
    /// <exception cref="TarException">The tar is malformed.</exception>
    /// <exception cref="TreeException">An entry is hostile, or would replace what may not be replaced.</exception>
    /// <exception cref="KernelException">The machine refuses: no space, no permission, a read-only mount.</exception>
    public static void Extract(
        TarReader reader,
        DirectoryHandle root,
        byte[] place,
        ExtractionRules rules,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(rules);
        using var extractor = new TreeExtractor(reader, root, place, rules);
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            extractor.Write(entry, cancellationToken);
        }
        extractor.FinishDirectories();
    }

    public void Dispose()
    {
        directories.Dispose();
        cache.Dispose();
    }

    private void Write(TarEntry entry, CancellationToken cancellationToken)
    {
        LayerPath path = Locate(entry.Path);
        // What the archive says of the place itself does not change it.
        if (path.Bytes.Length == place.Length)
        {
            return;
        }
        entry = Owned(entry);
        DirectoryHandle parent = directories.Get(path.Parent);
        switch (entry.Type)
        {
            case TarEntryType.File:
                WriteFile(parent, path, entry, cancellationToken);
                break;
            case TarEntryType.Directory:
                WriteDirectory(parent, path, entry);
                break;
            case TarEntryType.HardLink:
                WriteHardLink(parent, path, entry);
                break;
            case TarEntryType.SymbolicLink:
                RequireRoom(parent, path);
                Finish(EntryAt.MakeSymbolicLink(parent, path.Name, entry.LinkTarget.Span), parent, path, entry);
                break;
            case TarEntryType.Fifo:
                WriteNode(parent, path, entry, FileKind.Fifo);
                break;
            case TarEntryType.CharacterDevice or TarEntryType.BlockDevice when attributes.Privileged:
                WriteNode(parent, path, entry, entry.Type == TarEntryType.BlockDevice ? FileKind.BlockDevice : FileKind.CharacterDevice);
                break;
        }
    }

    /// <summary>Where an entry belongs, from the root.</summary>
    private LayerPath Locate(ReadOnlyMemory<byte> path)
    {
        ReadOnlyMemory<byte> named = rules.Renames is { } renames ? renames(path.ToArray()) : path;
        try
        {
            LayerPath inner = LayerPath.Normalise(named);
            return place.Length == 0 ? inner
                : inner.IsRoot ? LayerPath.Normalise(place)
                : LayerPath.Normalise((byte[])[.. place, (byte)'/', .. inner.Bytes]);
        }
        catch (LayerException)
        {
            throw new TreeException($"the archive has an entry, {LayerPath.Show(named.Span)}, that leads out of it");
        }
    }

    private TarEntry Owned(TarEntry entry) =>
        rules.Owner is var (user, group) ? entry with { UserId = user, GroupId = group }
        : rules.KeepsOwners || entry.Type == TarEntryType.Directory ? entry
        : entry with { Mode = entry.Mode & ~SetIdBits };

    private void WriteFile(DirectoryHandle parent, LayerPath path, TarEntry entry, CancellationToken cancellationToken)
    {
        if (!TryMakeRoom(parent, path))
        {
            OverwriteMounted(parent, path, entry, cancellationToken);
            return;
        }
        const OpenMode flags = OpenMode.Write | OpenMode.Create | OpenMode.Exclusive;
        using FileHandle file =
            EntryAt.TryOpen(parent, path.Name, flags, out Errno error, mode: 0x180) ?? throw Failure("create", path, error);
        WriteContent(file, path, entry, cancellationToken);
        Check(EntryAttributes.Apply(file, entry, attributes, currentMode: null), "set the attributes of", path);
    }

    /// <summary>A file that is mounted cannot be replaced: its content is, and owner, mode and times stay those of whoever mounted it.</summary>
    private void OverwriteMounted(DirectoryHandle parent, LayerPath path, TarEntry entry, CancellationToken cancellationToken)
    {
        using FileHandle? found = EntryAt.TryOpen(parent, path.Name, OpenMode.Path, out Errno error);
        if (found is null || EntryAt.Status(found, []) is not { Kind: FileKind.Regular })
        {
            throw Failure("replace", path, error == Errno.None ? Errno.EBUSY : error);
        }
        using FileHandle file =
            PathAt.TryOpen(PathAt.Current, $"/proc/self/fd/{found.Descriptor}", OpenMode.Write | OpenMode.Truncate, out error)
            ?? throw Failure("open", path, error);
        WriteContent(file, path, entry, cancellationToken);
    }

    private void WriteContent(FileHandle file, LayerPath path, TarEntry entry, CancellationToken cancellationToken)
    {
        foreach (SparseSegment segment in entry.Segments ?? [new SparseSegment(0, entry.Size)])
        {
            for (long offset = segment.Offset; offset < segment.End; )
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> chunk = reader.ReadChunk(segment.End - offset);
                Check(OpenFile.WriteAt(file, chunk, offset), "write", path);
                offset += chunk.Length;
            }
        }
        if (entry.Segments is not null)
        {
            Check(OpenFile.SetLength(file, entry.Size), "set the size of", path);
        }
    }

    private void WriteDirectory(DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        Errno error = TreeDirectories.Make(parent, path.Name);
        if (error == Errno.EEXIST && EntryAt.Status(parent, path.Name) is not { IsDirectory: true })
        {
            if (!rules.ReplacesKinds)
            {
                throw new TreeException($"cannot overwrite non-directory \"/{path}\" with directory \"/{path}\"");
            }
            RequireRoom(parent, path);
            error = TreeDirectories.Make(parent, path.Name);
        }
        Check(error == Errno.EEXIST ? Errno.None : error, "create directory", path);
        pending.Set(path, entry);
    }

    private void WriteHardLink(DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        LayerPath target = Locate(entry.LinkTarget);
        if (target.Bytes.SequenceEqual(path.Bytes))
        {
            throw new TreeException($"the archive has a hard link, {path}, to itself");
        }
        RequireRoom(parent, path);
        using DirectoryHandle? found = directories.TryOpen(target.Parent, OpenMode.Path, out Errno error);
        Check(found is null ? error : EntryAt.MakeHardLink(found, target.Name, parent, path.Name), "link", path);
    }

    private void WriteNode(DirectoryHandle parent, LayerPath path, TarEntry entry, FileKind kind)
    {
        RequireRoom(parent, path);
        uint mode = entry.Mode & Permissions;
        Finish(EntryAt.MakeNode(parent, path.Name, kind, mode, entry.DeviceMajor, entry.DeviceMinor), parent, path, entry);
    }

    private void Finish(Errno error, DirectoryHandle parent, LayerPath path, TarEntry entry)
    {
        Check(error, "create", path);
        error = EntryAttributes.Apply(parent, path.Name, entry, attributes, mask: Permissions);
        Check(error, "set the attributes of", path);
    }

    private void RequireRoom(DirectoryHandle parent, LayerPath path)
    {
        if (!TryMakeRoom(parent, path))
        {
            throw Failure("replace", path, Errno.EBUSY);
        }
    }

    /// <summary>Removes what has a name.</summary>
    /// <returns>False when something is mounted on it.</returns>
    private bool TryMakeRoom(DirectoryHandle parent, LayerPath path)
    {
        if (EntryAt.Status(parent, path.Name) is not { } status)
        {
            return true;
        }
        bool isMountPoint = EntryAt.IsMountPoint(parent, path.Name);
        if (status.IsDirectory)
        {
            if (!rules.ReplacesKinds)
            {
                throw new TreeException($"cannot overwrite directory \"/{path}\" with non-directory \"/{path}\"");
            }
            if (isMountPoint)
            {
                return false;
            }
            directories.Forget();
            DirectoryTree.Remove(parent, path.Name);
            pending.Remove(path);
            return true;
        }
        if (isMountPoint)
        {
            return false;
        }
        directories.Forget();
        Errno error = EntryAt.Unlink(parent, path.Name);
        Check(error == Errno.ENOENT ? Errno.None : error, "replace", path);
        return true;
    }

    /// <summary>What entries said of directories comes last: files made in a directory change its time, and a closed one could not be filled.</summary>
    private void FinishDirectories()
    {
        foreach ((byte[] path, TarEntry entry) in pending.ChildrenFirst)
        {
            using DirectoryHandle? directory = directories.TryOpen(path, OpenMode.NoFollow, out Errno error);
            // Somebody has removed or replaced it meanwhile.
            if (directory is null && error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
            {
                continue;
            }
            error = directory is null ? error : EntryAttributes.Apply(directory, entry, attributes, currentMode: null);
            Check(error, "set the attributes of", LayerPath.Normalise(path));
        }
    }

    private static void Check(Errno error, string action, LayerPath path)
    {
        if (error != Errno.None)
        {
            throw Failure(action, path, error);
        }
    }

    private static KernelException Failure(string action, LayerPath path, Errno error) => new(action, $"/{path}", error);
}

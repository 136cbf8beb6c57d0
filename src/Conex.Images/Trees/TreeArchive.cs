using System.Text;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>Writes directory trees into a tar by descriptor: owners, modes, times, extended attributes, hard links, holes and devices as they
/// are; sockets are left out, for no archive can hold one. Names come sorted, so equal trees give equal bytes. Other file systems that are
/// mounted in the tree are left out, and no link is followed.</summary>
/// <param name="skips">Paths, relative and without a slash at the end, that are left out with all below.</param>
public sealed class TreeArchive(TarWriter tar, TreeForm form, Func<string, bool>? skips = null)
{
    private const ResolveRules Inside =
        ResolveRules.Beneath | ResolveRules.NoCrossDevice | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks;

    private const int MostSegments = 4096;
    private readonly Dictionary<((uint, uint) Device, ulong Inode), byte[]> links = [];

    /// <summary>Writes everything below a directory.</summary>
    /// <param name="prefix">What the names begin with: empty, or a path with a slash at the end.</param>
    /// <exception cref="KernelException">Something cannot be read.</exception>
    public void AddContent(DirectoryHandle directory, byte[] prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(prefix);
        foreach (
            DirectoryEntry entry in DirectoryEntries
                .Read(directory)
                .OrderBy(entry => entry.Name, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
        )
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(directory, entry.Name, [.. prefix, .. entry.Name], cancellationToken);
        }
    }

    /// <summary>Writes one name of a directory, with all below.</summary>
    /// <param name="path">What it is called in the archive, without a slash at the end.</param>
    /// <exception cref="KernelException">It cannot be read.</exception>
    public void Add(FileHandle parent, byte[] name, byte[] path, CancellationToken cancellationToken)
    {
        if (skips?.Invoke(Encoding.UTF8.GetString(path)) == true || EntryAt.Status(parent, name) is not { } status)
        {
            return;
        }
        switch (status.Kind)
        {
            case FileKind.Directory:
                AddDirectory(parent, name, path, status, cancellationToken);
                break;
            case FileKind.Regular:
                AddFile(parent, name, path, status);
                break;
            case FileKind.SymbolicLink:
                AddNode(parent, name, path, status, TarEntryType.SymbolicLink);
                break;
            case FileKind.CharacterDevice when form == TreeForm.OverlayLayer && status.SpecialDevice == (0, 0):
                AddMark(Whiteout.NameFor(path));
                break;
            case FileKind.CharacterDevice:
                AddNode(parent, name, path, status, TarEntryType.CharacterDevice);
                break;
            case FileKind.BlockDevice:
                AddNode(parent, name, path, status, TarEntryType.BlockDevice);
                break;
            case FileKind.Fifo:
                AddNode(parent, name, path, status, TarEntryType.Fifo);
                break;
        }
    }

    /// <summary>Writes a directory without what is in it.</summary>
    /// <inheritdoc cref="Add"/>
    internal void AddAlone(FileHandle parent, byte[] name, byte[] path)
    {
        if (EntryAt.Status(parent, name) is { IsDirectory: true } status)
        {
            tar.Add(Entry(TarEntryType.Directory, [.. path, (byte)'/'], status, TreeAttributes.Read(parent, name, out _)));
        }
    }

    private void AddDirectory(FileHandle parent, byte[] name, byte[] path, FileStatus status, CancellationToken cancellationToken)
    {
        IReadOnlyList<TarAttribute> attributes = TreeAttributes.Read(parent, name, out bool isOpaque);
        tar.Add(Entry(TarEntryType.Directory, [.. path, (byte)'/'], status, attributes));
        using DirectoryHandle? inner = EntryAt.TryOpenResolved(parent, name, OpenMode.NoFollow, Inside, out Errno error);
        if (inner is null)
        {
            // EXDEV: something is mounted there. ENOENT: a running container has removed it meanwhile.
            if (error is not (Errno.EXDEV or Errno.ENOENT))
            {
                throw new KernelException("open directory", Encoding.UTF8.GetString(path), error);
            }
            return;
        }
        if (isOpaque && form == TreeForm.OverlayLayer)
        {
            AddMark(Whiteout.OpaqueIn(path));
        }
        AddContent(inner, [.. path, (byte)'/'], cancellationToken);
    }

    private void AddFile(FileHandle parent, byte[] name, byte[] path, FileStatus status)
    {
        if (status.Links > 1 && !links.TryAdd((status.Device, status.Inode), path))
        {
            tar.Add(Entry(TarEntryType.HardLink, path, status, []) with { LinkTarget = links[(status.Device, status.Inode)] });
            return;
        }
        // O_NONBLOCK: a FIFO that takes the file's place must not stop the engine.
        using FileHandle? file = EntryAt.TryOpen(parent, name, OpenMode.Read | OpenMode.NonBlocking, out Errno error);
        if (file is null)
        {
            if (error != Errno.ENOENT)
            {
                throw new KernelException("open", Encoding.UTF8.GetString(path), error);
            }
            links.Remove((status.Device, status.Inode));
            return;
        }
        FileStatus opened = PathAt.Status(file, "") ?? status;
        if (opened.Kind != FileKind.Regular)
        {
            return;
        }
        long size = (long)opened.Size;
        IReadOnlyList<(long Offset, long Length)> pieces = SparseData.Of(file, size, MostSegments);
        bool isWhole = size == 0 || pieces is [(0, var length)] && length == size;
        TarEntry entry = Entry(TarEntryType.File, path, opened, TreeAttributes.Read(parent, name, out _)) with
        {
            Size = size,
            Segments = isWhole ? null : [.. pieces.Select(piece => new SparseSegment(piece.Offset, piece.Length))],
        };
        tar.Add(entry, file);
    }

    private void AddNode(FileHandle parent, byte[] name, byte[] path, FileStatus status, TarEntryType type)
    {
        if (status.Links > 1 && !links.TryAdd((status.Device, status.Inode), path))
        {
            tar.Add(Entry(TarEntryType.HardLink, path, status, []) with { LinkTarget = links[(status.Device, status.Inode)] });
            return;
        }
        TarEntry entry = Entry(type, path, status, TreeAttributes.Read(parent, name, out _));
        tar.Add(
            type == TarEntryType.SymbolicLink
                ? entry with
                {
                    LinkTarget = EntryAt.ReadLink(parent, name),
                }
                : entry with
                {
                    DeviceMajor = status.SpecialDevice.Major,
                    DeviceMinor = status.SpecialDevice.Minor,
                }
        );
    }

    /// <summary>An empty file that says something of others. Nothing of it depends on when it was written.</summary>
    private void AddMark(byte[] path) => tar.Add(new TarEntry { Type = TarEntryType.File, Path = path });

    private static TarEntry Entry(TarEntryType type, byte[] path, FileStatus status, IReadOnlyList<TarAttribute> attributes) =>
        new()
        {
            Type = type,
            Path = path,
            Mode = status.Mode & 0xFFF,
            UserId = status.UserId,
            GroupId = status.GroupId,
            Modified = new TarTime(status.ModifiedSeconds, status.ModifiedNanoseconds),
            Attributes = attributes,
        };
}

using System.Text;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>Writes directory trees into a tar by descriptor: owners, modes, times, extended attributes, hard links, holes and devices as they
/// are; sockets are left out, for no archive can hold one. Names come sorted, so equal trees give equal bytes. No link is followed.</summary>
/// <param name="skips">Paths, relative and without a slash at the end, that are left out with all below.</param>
/// <param name="enters">Which directories on which something is mounted are gone into; null: none.</param>
public sealed class TreeArchive(TarWriter tar, TreeForm form, Func<string, bool>? skips = null, Func<DirectoryHandle, bool>? enters = null)
    : IDisposable
{
    private const ResolveRules Inside = ResolveRules.Beneath | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks;

    private const int MostSegments = 4096;
    private readonly TreeScratch scratch = new();

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();

    /// <summary>Writes everything below a directory.</summary>
    /// <param name="prefix">What the names begin with: empty, or a path with a slash at the end.</param>
    /// <exception cref="KernelException">Something cannot be read.</exception>
    public void AddContent(DirectoryHandle directory, byte[] prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(prefix);
        foreach (byte[] name in scratch.SortedNames(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(directory, name, [.. prefix, .. name], cancellationToken);
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
    internal void AddAlone(DirectoryHandle directory, byte[] path)
    {
        byte[] itself = "."u8.ToArray();
        FileStatus status = EntryAt.Status(directory, itself)!.Value;
        tar.Add(Entry(TarEntryType.Directory, [.. path, (byte)'/'], status, TreeAttributes.Read(directory, itself, out _)));
    }

    private void AddDirectory(FileHandle parent, byte[] name, byte[] path, FileStatus status, CancellationToken cancellationToken)
    {
        IReadOnlyList<TarAttribute> attributes = TreeAttributes.Read(parent, name, out bool isOpaque);
        tar.Add(Entry(TarEntryType.Directory, [.. path, (byte)'/'], status, attributes));
        using DirectoryHandle? inner = Enter(parent, name, path);
        if (inner is null)
        {
            return;
        }
        if (isOpaque && form == TreeForm.OverlayLayer)
        {
            AddMark(Whiteout.OpaqueIn(path));
        }
        AddContent(inner, [.. path, (byte)'/'], cancellationToken);
    }

    /// <summary>Opens a directory; null when something else is mounted there, or when it was removed meanwhile.</summary>
    private DirectoryHandle? Enter(FileHandle parent, byte[] name, byte[] path)
    {
        const ResolveRules here = Inside | ResolveRules.NoCrossDevice;
        DirectoryHandle? inner = EntryAt.TryOpenResolved(parent, name, OpenMode.NoFollow, here, out Errno error);
        if (error == Errno.EXDEV && enters is not null)
        {
            inner = EntryAt.TryOpenResolved(parent, name, OpenMode.NoFollow, Inside, out error);
            if (inner is not null && !enters(inner))
            {
                inner.Dispose();
                return null;
            }
        }
        return inner is not null || error is Errno.EXDEV or Errno.ENOENT
            ? inner
            : throw new KernelException("open directory", Encoding.UTF8.GetString(path), error);
    }

    private void AddFile(FileHandle parent, byte[] name, byte[] path, FileStatus status)
    {
        if (scratch.FirstPathOrAdd(status, path) is { } first)
        {
            tar.Add(Entry(TarEntryType.HardLink, path, status, []) with { LinkTarget = first });
            return;
        }
        using FileHandle? file = OpenFile(parent, name, path, out FileStatus opened);
        if (file is null)
        {
            scratch.Forget(status);
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

    /// <summary>Opens a file for reading; null when it is none any more. A device or FIFO that takes its place is not opened: to open one
    /// can have an effect, or wait for ever.</summary>
    private static FileHandle? OpenFile(FileHandle parent, byte[] name, byte[] path, out FileStatus status)
    {
        status = default;
        using FileHandle? found = EntryAt.TryOpen(parent, name, OpenMode.Path, out Errno error);
        if (found is null)
        {
            return error == Errno.ENOENT ? null : throw new KernelException("open", Encoding.UTF8.GetString(path), error);
        }
        status = EntryAt.Status(found, []) ?? default;
        return status.Kind != FileKind.Regular
            ? null
            : PathAt.TryOpen(PathAt.Current, $"/proc/self/fd/{found.Descriptor}", OpenMode.Read, out error)
                ?? throw new KernelException("open", Encoding.UTF8.GetString(path), error);
    }

    private void AddNode(FileHandle parent, byte[] name, byte[] path, FileStatus status, TarEntryType type)
    {
        if (scratch.FirstPathOrAdd(status, path) is { } first)
        {
            tar.Add(Entry(TarEntryType.HardLink, path, status, []) with { LinkTarget = first });
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

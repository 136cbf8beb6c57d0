using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>Compares a container's writable layer with the layers below it.</summary>
/// <param name="places">Where the engine mounts something: an empty file or directory that is there for that alone is no change.</param>
internal sealed class ChangeList(MountPlaces places)
{
    private const ResolveRules Inside = ResolveRules.Beneath | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks;
    private readonly List<FileChange> changes = [];

    /// <summary>All changes; a directory stands before what is in it.</summary>
    /// <param name="below">The image's files, merged; null for an image without layers.</param>
    /// <exception cref="KernelException">A directory cannot be read.</exception>
    internal static IReadOnlyList<FileChange> Of(DirectoryHandle upper, DirectoryHandle? below, MountPlaces places)
    {
        var list = new ChangeList(places);
        list.Walk(upper, below, "");
        return list.changes;
    }

    private void Walk(DirectoryHandle directory, DirectoryHandle? former, string path)
    {
        IReadOnlyList<DirectoryEntry> entries = DirectoryEntries.Read(directory);
        foreach (DirectoryEntry entry in Sorted(entries))
        {
            string name = $"{path}/{entry.Text}";
            if (EntryAt.Status(directory, entry.Name) is not { } status)
            {
                continue;
            }
            FileStatus? before = former is null ? null : Known(EntryAt.Status(former, entry.Name));
            if (status is { Kind: FileKind.CharacterDevice, SpecialDevice: (0, 0) })
            {
                if (before is not null)
                {
                    changes.Add(new FileChange(name, ChangeKind.Deleted));
                }
            }
            else if (!status.IsDirectory)
            {
                if (before is not null || !places.IsPlaceholder(name, status))
                {
                    changes.Add(new FileChange(name, before is null ? ChangeKind.Added : ChangeKind.Changed));
                }
            }
            else
            {
                AddDirectory(directory, former, entry.Name, name, status, before);
            }
        }
    }

    private void AddDirectory(
        DirectoryHandle directory,
        DirectoryHandle? former,
        byte[] entry,
        string path,
        FileStatus status,
        FileStatus? before
    )
    {
        using DirectoryHandle? inner = EntryAt.TryOpenResolved(directory, entry, OpenMode.NoFollow, Inside, out Errno error);
        if (inner is null)
        {
            if (error != Errno.ENOENT)
            {
                throw new KernelException("open directory", path, error);
            }
            return;
        }
        bool wasDirectory = before is { IsDirectory: true };
        using DirectoryHandle? below = wasDirectory
            ? EntryAt.TryOpenResolved(former!, entry, OpenMode.NoFollow, Inside, out Errno _)
            : null;
        int place = changes.Count;
        if (below is not null && IsOpaque(directory, entry))
        {
            AddHidden(inner, below, path);
        }
        Walk(inner, below, path);
        bool hasInner = changes.Count > place;
        // The engine itself makes places for its mounts, which changes the time of the directory around them.
        bool isOwn =
            !hasInner
            && places.IsAround(path)
            && (before is null || (wasDirectory && before.Value.Mode == status.Mode && before.Value.UserId == status.UserId));
        if (!isOwn && (before is null || !wasDirectory || hasInner || IsOther(status, before.Value)))
        {
            changes.Insert(place, new FileChange(path, before is null ? ChangeKind.Added : ChangeKind.Changed));
        }
    }

    /// <summary>What an opaque directory hides and has not itself.</summary>
    private void AddHidden(DirectoryHandle inner, DirectoryHandle below, string path)
    {
        foreach (DirectoryEntry entry in Sorted(DirectoryEntries.Read(below)))
        {
            if (EntryAt.Status(inner, entry.Name) is null)
            {
                changes.Add(new FileChange($"{path}/{entry.Text}", ChangeKind.Deleted));
            }
        }
    }

    private static bool IsOther(FileStatus status, FileStatus before) =>
        status.Mode != before.Mode
        || status.UserId != before.UserId
        || status.GroupId != before.GroupId
        || status.ModifiedSeconds != before.ModifiedSeconds
        || status.ModifiedNanoseconds != before.ModifiedNanoseconds;

    /// <summary>A layer that stands alone shows its whiteouts, which are nothing.</summary>
    private static FileStatus? Known(FileStatus? status) =>
        status is { Kind: FileKind.CharacterDevice, SpecialDevice: (0, 0) } ? null : status;

    private static bool IsOpaque(DirectoryHandle directory, byte[] name) =>
        ExtendedAttributes
            .ListAt(directory, name)
            .Any(attribute =>
                attribute is "trusted.overlay.opaque" or "user.overlay.opaque"
                && ExtendedAttributes.GetAt(directory, name, attribute) is [(byte)'y']
            );

    private static IEnumerable<DirectoryEntry> Sorted(IReadOnlyList<DirectoryEntry> entries) =>
        entries.OrderBy(entry => entry.Name, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
}

using System.Text;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>Compares a container's writable layer with the layers below it.</summary>
/// <param name="places">Where the engine mounts something: an empty file or directory that is there for that alone is no change.</param>
/// <param name="report">Is told of one change after the other, for nobody knows how many there are.</param>
internal sealed class ChangeList(MountPlaces places, Action<FileChange> report) : IDisposable
{
    private const ResolveRules Inside = ResolveRules.Beneath | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks;
    private readonly TreeScratch scratch = new();

    // The directories around, which are changes as soon as something in them is.
    private readonly List<FileChange> untold = [];

    /// <summary>Tells all changes; a directory comes before what is in it.</summary>
    /// <param name="below">The image's files, merged; null for an image without layers.</param>
    /// <exception cref="KernelException">A directory cannot be read.</exception>
    internal void Tell(DirectoryHandle upper, DirectoryHandle? below) => Walk(upper, below, "");

    public void Dispose() => scratch.Dispose();

    private void Walk(DirectoryHandle directory, DirectoryHandle? former, string path)
    {
        foreach (byte[] entry in scratch.SortedNames(directory))
        {
            string name = $"{path}/{Encoding.UTF8.GetString(entry)}";
            if (EntryAt.Status(directory, entry) is not { } status)
            {
                continue;
            }
            FileStatus? before = former is null ? null : Known(EntryAt.Status(former, entry));
            if (status is { Kind: FileKind.CharacterDevice, SpecialDevice: (0, 0) })
            {
                if (before is not null)
                {
                    Tell(new FileChange(name, ChangeKind.Deleted));
                }
            }
            else if (!status.IsDirectory)
            {
                if (before is not null || !places.IsPlaceholder(name, status))
                {
                    Tell(new FileChange(name, before is null ? ChangeKind.Added : ChangeKind.Changed));
                }
            }
            else
            {
                WalkInto(directory, former, entry, name, status, before);
            }
        }
    }

    private void WalkInto(
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
        var own = new FileChange(path, before is null ? ChangeKind.Added : ChangeKind.Changed);
        untold.Add(own);
        if (below is not null && IsOpaque(directory, entry))
        {
            TellHidden(inner, below, path);
        }
        Walk(inner, below, path);
        if (!untold.Remove(own))
        {
            return;
        }
        // The engine itself makes places for its mounts, which changes the time of the directory around them.
        bool isOwn =
            places.IsAround(path)
            && (before is null || (wasDirectory && before.Value.Mode == status.Mode && before.Value.UserId == status.UserId));
        if (!isOwn && (before is null || !wasDirectory || IsOther(status, before.Value)))
        {
            Tell(own);
        }
    }

    /// <summary>What an opaque directory hides and has not itself.</summary>
    private void TellHidden(DirectoryHandle inner, DirectoryHandle below, string path)
    {
        foreach (byte[] entry in scratch.SortedNames(below))
        {
            if (EntryAt.Status(inner, entry) is null)
            {
                Tell(new FileChange($"{path}/{Encoding.UTF8.GetString(entry)}", ChangeKind.Deleted));
            }
        }
    }

    private void Tell(FileChange change)
    {
        untold.ForEach(report);
        untold.Clear();
        report(change);
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
}

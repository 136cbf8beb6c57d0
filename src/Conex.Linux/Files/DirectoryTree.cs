using System.Globalization;
using System.Text;
using Conex.Linux.Errors;

namespace Conex.Linux.Files;

/// <summary>Whole trees, walked by descriptor: no symbolic link in them leads anywhere, and what is mounted below is not gone into.</summary>
public static class DirectoryTree
{
    // Each level holds a descriptor; a tree that a stranger made may be thousands of levels deep.
    private const int MaxOpenLevels = 64;

    /// <summary>Removes a file, or a directory with everything in it; a missing one is no error.</summary>
    /// <returns>False when nothing was there.</returns>
    /// <exception cref="KernelException">Something cannot be removed, e.g. EBUSY: it is a mount point; EXDEV: something below is one.</exception>
    /// <exception cref="OperationCanceledException">Some of it is removed.</exception>
    public static bool Remove(FileHandle directory, string name, CancellationToken cancellationToken = default) =>
        Remove(directory, Encoding.UTF8.GetBytes(name), cancellationToken);

    /// <inheritdoc cref="Remove(FileHandle, string, CancellationToken)"/>
    public static bool Remove(FileHandle directory, ReadOnlySpan<byte> name, CancellationToken cancellationToken = default)
    {
        Errno error = EntryAt.Unlink(directory, name);
        if (error == Errno.EISDIR)
        {
            error = RemoveDirectory(directory, name.ToArray(), cancellationToken);
        }
        return error is Errno.None ? true
            : error is Errno.ENOENT ? false
            : throw new KernelException("remove", Encoding.UTF8.GetString(name), error);
    }

    private static Errno RemoveDirectory(FileHandle directory, byte[] name, CancellationToken cancellationToken)
    {
        var levels = new Stack<Level>();
        try
        {
            FileHandle? top = EntryAt.TryOpen(directory, name, OpenMode.Directory, out Errno error);
            Level? first = Level.TryRead(top, name, cancellationToken);
            if (first is null)
            {
                return error;
            }
            levels.Push(first);
            int moved = 0;
            while (true)
            {
                Level current = levels.Peek();
                if (current.FullDirectories.TryPop(out byte[]? child))
                {
                    if (levels.Count < MaxOpenLevels)
                    {
                        levels.Push(
                            Level.TryRead(Enter(current.Handle, child, out error), child, cancellationToken)
                                ?? throw new KernelException("open directory", Encoding.UTF8.GetString(child), error)
                        );
                    }
                    else
                    {
                        MoveUp(current.Handle, child, first, ref moved);
                    }
                    continue;
                }
                levels.Pop().Dispose();
                error = EntryAt.RemoveDirectory(levels.TryPeek(out Level? parent) ? parent.Handle : directory, current.Name);
                if (error is not (Errno.None or Errno.ENOENT) || parent is null)
                {
                    return error;
                }
            }
        }
        finally
        {
            foreach (Level level in levels)
            {
                level.Dispose();
            }
        }
    }

    /// <summary>Opens a directory below, unless something else is mounted there (EXDEV): its files belong to others.</summary>
    private static DirectoryHandle? Enter(FileHandle parent, byte[] name, out Errno error) =>
        EntryAt.TryOpenResolved(
            parent,
            name,
            OpenMode.NoFollow,
            ResolveRules.Beneath | ResolveRules.NoSymlinks | ResolveRules.NoCrossDevice,
            out error
        );

    /// <summary>Makes a directory deep down a child of the first level, under a name that is free there.</summary>
    private static void MoveUp(FileHandle from, byte[] name, Level first, ref int moved)
    {
        while (true)
        {
            byte[] newName = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $".removing-{moved++}"));
            Errno error = EntryAt.Rename(from, name, first.Handle, newName);
            if (error == Errno.None)
            {
                first.FullDirectories.Push(newName);
                return;
            }
            if (error is not (Errno.EEXIST or Errno.ENOTEMPTY or Errno.ENOTDIR))
            {
                throw new KernelException("move", Encoding.UTF8.GetString(name), error);
            }
        }
    }

    /// <summary>An open directory in which only directories that are not empty remain.</summary>
    private sealed class Level(FileHandle handle, byte[] name) : IDisposable
    {
        internal FileHandle Handle { get; } = handle;

        internal byte[] Name { get; } = name;

        internal Stack<byte[]> FullDirectories { get; } = new();

        public void Dispose() => Handle.Dispose();

        internal static Level? TryRead(FileHandle? handle, byte[] name, CancellationToken cancellationToken)
        {
            if (handle is null)
            {
                return null;
            }
            var level = new Level(handle, name);
            try
            {
                foreach (DirectoryEntry entry in DirectoryEntries.ReadInTurn(handle))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    level.RemoveOrKeep(entry);
                }
            }
            catch
            {
                level.Dispose();
                throw;
            }
            return level;
        }

        private void RemoveOrKeep(DirectoryEntry entry)
        {
            Errno error = entry.IsDirectory ? Errno.EISDIR : EntryAt.Unlink(Handle, entry.Name);
            if (error == Errno.EISDIR)
            {
                error = EntryAt.RemoveDirectory(Handle, entry.Name);
            }
            if (error is Errno.ENOTEMPTY or Errno.EEXIST)
            {
                FullDirectories.Push(entry.Name);
            }
            else if (error is not (Errno.None or Errno.ENOENT))
            {
                throw new KernelException("remove", entry.Text, error);
            }
        }
    }
}

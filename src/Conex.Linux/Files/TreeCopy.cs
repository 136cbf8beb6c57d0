using System.Text;
using Conex.Linux.Errors;

namespace Conex.Linux.Files;

/// <summary>Copies what is in a directory with modes, owners, times, attributes, links and special files. Both trees are walked by
/// descriptor and no link is followed: whoever wrote the source decides what is copied, and nothing else.</summary>
public sealed class TreeCopy
{
    // Each level holds four descriptors; the usual limit is 1,024.
    private const int DeepestLevel = 128;
    private const uint Permissions = 0xFFF;
    private const uint SetIdBits = 0xC00;
    private const uint ReadableByOthers = 4;
    private const uint UsableByOthers = 5;

    private readonly FileHandle root;
    private readonly Predicate<FileStatus> hasOwner;
    private readonly Dictionary<((uint, uint) Device, ulong Inode), byte[]> links = [];
    private readonly byte[] buffer = new byte[1 << 18];

    private TreeCopy(FileHandle root, Predicate<FileStatus> hasOwner)
    {
        this.root = root;
        this.hasOwner = hasOwner;
    }

    /// <summary>Copies the entries of a directory into another one; entries on other mounts stay empty directories.</summary>
    /// <param name="keepOwner">Whether <paramref name="into"/> itself keeps its owner; else it gets that of <paramref name="from"/>.</param>
    /// <param name="hasOwner">Whether the owner of a source exists where the copy is seen. Copies of others belong to the user who makes
    /// them, and only what everybody may read is copied.</param>
    /// <exception cref="KernelException">Something cannot be read or made; the message names it.</exception>
    public static void Copy(FileHandle from, FileHandle into, bool keepOwner, Predicate<FileStatus> hasOwner)
    {
        using DirectoryHandle source = PathAt.OpenDirectory(from, ".");
        using DirectoryHandle target = PathAt.OpenDirectory(into, ".");
        FileStatus status = EntryAt.Status(source, []) ?? throw new KernelException("stat", ".", Errno.ENOENT);
        FileStatus before = EntryAt.Status(target, []) ?? throw new KernelException("stat", ".", Errno.ENOENT);
        var copy = new TreeCopy(target, hasOwner);
        _ = copy.Own(target, "."u8, [], status, status.Mode, UsableByOthers);
        if (keepOwner)
        {
            Require(EntryAt.SetOwner(target, "."u8, before.UserId, before.GroupId), "set the owner of", []);
        }
        copy.Entries(source, target, [], 0);
        CopyAttributes(source, "."u8, target, "."u8, []);
        Require(EntryAt.SetModified(target, "."u8, status.ModifiedSeconds, status.ModifiedNanoseconds), "set the times of", []);
    }

    private void Entries(DirectoryHandle source, DirectoryHandle target, byte[] path, int level)
    {
        if (level > DeepestLevel)
        {
            throw new KernelException("copy", Name(path), Errno.ELOOP);
        }
        foreach (DirectoryEntry entry in DirectoryEntries.ReadInTurn(source))
        {
            byte[] below = path.Length == 0 ? entry.Name : [.. path, (byte)'/', .. entry.Name];
            using FileHandle? found = EntryAt.TryOpen(source, entry.Name, OpenMode.Path, out Errno error);
            if (found is null)
            {
                // Gone between the listing and now: no part of the directory any more.
                Require(error == Errno.ENOENT ? Errno.None : error, "open", below);
                continue;
            }
            One(source, target, found, entry.Name, below, level);
        }
    }

    private void One(DirectoryHandle source, DirectoryHandle target, FileHandle found, byte[] name, byte[] path, int level)
    {
        FileStatus status = EntryAt.Status(found, []) ?? throw new KernelException("stat", Name(path), Errno.ENOENT);
        if (status.Links > 1 && !status.IsDirectory)
        {
            if (links.TryGetValue((status.Device, status.Inode), out byte[]? first))
            {
                Require(EntryAt.MakeHardLink(root, first, target, name), "link", path);
                return;
            }
            links.Add((status.Device, status.Inode), path);
        }
        uint mode = status.Mode & Permissions;
        switch (status.Kind)
        {
            case FileKind.Directory:
                Directory(source, target, name, path, status, level);
                break;
            case FileKind.SymbolicLink:
                Require(EntryAt.MakeSymbolicLink(target, name, EntryAt.ReadLink(found, [])), "create symbolic link", path);
                _ = Own(target, name, path, status, mode, 0);
                break;
            case FileKind.Regular:
                Require(EntryAt.MakeNode(target, name, FileKind.Regular, 0x180, 0, 0), "create", path);
                mode = Own(target, name, path, status, mode, ReadableByOthers);
                Content(found, target, name, path);
                Require(EntryAt.SetMode(target, name, mode), "set the mode of", path);
                break;
            default:
                (uint major, uint minor) = status.SpecialDevice;
                Require(EntryAt.MakeNode(target, name, status.Kind, 0x180, major, minor), "create", path);
                mode = Own(target, name, path, status, mode, 0);
                Require(EntryAt.SetMode(target, name, mode), "set the mode of", path);
                break;
        }
        CopyAttributes(source, name, target, name, path);
        Require(EntryAt.SetModified(target, name, status.ModifiedSeconds, status.ModifiedNanoseconds), "set the times of", path);
    }

    private void Directory(DirectoryHandle source, DirectoryHandle target, byte[] name, byte[] path, FileStatus status, int level)
    {
        Require(EntryAt.MakeDirectory(target, name, 0x1C0), "create directory", path);
        uint mode = Own(target, name, path, status, status.Mode & Permissions, UsableByOthers);
        using DirectoryHandle? from = EntryAt.TryOpenResolved(
            source,
            name,
            OpenMode.NoFollow,
            ResolveRules.Beneath | ResolveRules.NoCrossDevice | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks,
            out Errno error
        );
        if (from is not null)
        {
            using DirectoryHandle into =
                EntryAt.TryOpenResolved(target, name, OpenMode.NoFollow, ResolveRules.Beneath | ResolveRules.NoSymlinks, out Errno refused)
                ?? throw new KernelException("open directory", Name(path), refused);
            Entries(from, into, path, level + 1);
        }
        else if (error != Errno.EXDEV)
        {
            throw new KernelException("open directory", Name(path), error);
        }
        Require(EntryAt.SetMode(target, name, mode), "set the mode of", path);
    }

    /// <summary>Gives a copy its owner and returns the mode it shall have: nothing runs with the rights of an owner who is not there.</summary>
    private uint Own(DirectoryHandle target, ReadOnlySpan<byte> name, byte[] path, FileStatus status, uint mode, uint needed)
    {
        if (hasOwner(status))
        {
            Require(EntryAt.SetOwner(target, name, status.UserId, status.GroupId), "set the owner of", path);
            return mode;
        }
        return (mode & needed) == needed ? mode & ~SetIdBits : throw new KernelException("read", Name(path), Errno.EACCES);
    }

    private void Content(FileHandle found, DirectoryHandle target, byte[] name, byte[] path)
    {
        // The descriptor names the file that was looked at, whatever has its name now.
        using FileHandle from = PathAt.Open($"/proc/self/fd/{found.Descriptor}", OpenMode.Read);
        using FileHandle into =
            EntryAt.TryOpen(target, name, OpenMode.Write, out Errno error) ?? throw new KernelException("open", Name(path), error);
        while (true)
        {
            int length = FileIo.Read(from, buffer);
            if (length == 0)
            {
                return;
            }
            FileIo.Write(into, buffer.AsSpan(0, length), Name(path));
        }
    }

    private static void CopyAttributes(
        DirectoryHandle source,
        ReadOnlySpan<byte> name,
        DirectoryHandle target,
        ReadOnlySpan<byte> copy,
        byte[] path
    )
    {
        foreach (string attribute in ExtendedAttributes.ListAt(source, name))
        {
            if (ExtendedAttributes.GetAt(source, name, attribute) is { } value)
            {
                Errno error = ExtendedAttributes.SetAt(target, copy, attribute, value);
                // A file system without attributes of a kind holds files without them.
                Require(error == Errno.EOPNOTSUPP ? Errno.None : error, $"set the attribute {attribute} of", path);
            }
        }
    }

    private static void Require(Errno error, string action, byte[] path)
    {
        if (error != Errno.None)
        {
            throw new KernelException(action, Name(path), error);
        }
    }

    private static string Name(byte[] path) => path.Length == 0 ? "." : Encoding.UTF8.GetString(path);
}

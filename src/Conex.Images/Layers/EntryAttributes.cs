using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>Owner, mode, extended attributes and time of an entry, in the order in which one call does not undo another: chown(2) clears
/// the set-user-ID bit and file capabilities.</summary>
internal static class EntryAttributes
{
    private const string OfUsers = "user.";
    private const uint SpecialBits = 0xE00;
    private const uint OwnerWrites = 0x80;

    /// <summary>Sets those of an open file or directory.</summary>
    /// <param name="currentMode">The mode it was made with, when that is known to be as asked.</param>
    internal static Errno Apply(FileHandle file, TarEntry entry, UnpackRules rules, uint? currentMode)
    {
        Errno error = Errno.None;
        if (rules.Privileged && (entry.UserId != 0 || entry.GroupId != 0 || currentMode is null))
        {
            error = OpenFile.SetOwner(file, entry.UserId, entry.GroupId);
        }
        // xattr(7): these take the permission to write, whatever the file was opened for.
        bool isClosed = !rules.Privileged && (entry.Mode & OwnerWrites) == 0;
        if (error == Errno.None && isClosed && entry.Attributes.Any(IsOfUsers))
        {
            error = OpenFile.SetMode(file, entry.Mode | OwnerWrites);
            currentMode = null;
        }
        error = error == Errno.None ? Set(file, entry.Attributes.Where(IsOfUsers), rules) : error;
        if (error == Errno.None && currentMode != entry.Mode)
        {
            error = OpenFile.SetMode(file, entry.Mode);
        }
        error = error == Errno.None ? Set(file, entry.Attributes.Where(attribute => !IsOfUsers(attribute)), rules) : error;
        return error == Errno.None ? OpenFile.SetModified(file, entry.Modified.Seconds, entry.Modified.Nanoseconds) : error;
    }

    /// <summary>Sets those of a link or node, which cannot be opened.</summary>
    internal static Errno Apply(DirectoryHandle parent, ReadOnlySpan<byte> name, TarEntry entry, UnpackRules rules, uint mask)
    {
        Errno error =
            rules.Privileged && (entry.UserId != 0 || entry.GroupId != 0)
                ? EntryAt.SetOwner(parent, name, entry.UserId, entry.GroupId)
                : Errno.None;
        bool isLink = entry.Type == TarEntryType.SymbolicLink;
        if (error == Errno.None && !isLink && (entry.Mode & (mask | SpecialBits)) != 0)
        {
            error = EntryAt.SetMode(parent, name, entry.Mode);
        }
        foreach (TarAttribute attribute in entry.Attributes)
        {
            // xattr(7): only regular files and directories have user attributes.
            if (error == Errno.None && IsKept(attribute.Name, rules) && !IsOfUsers(attribute))
            {
                error = Tolerate(ExtendedAttributes.SetAt(parent, name, attribute.Name, attribute.Value.Span));
            }
        }
        return error == Errno.None ? EntryAt.SetModified(parent, name, entry.Modified.Seconds, entry.Modified.Nanoseconds) : error;
    }

    /// <summary>What a file made with <paramref name="wanted"/> permissions has: null when another call must set it.</summary>
    internal static uint? ModeAfterCreation(uint wanted, uint mask) => (wanted & (mask | SpecialBits)) == 0 ? wanted : null;

    /// <summary>overlayfs obeys trusted.overlay and user.overlay: a layer could redirect a directory or mark it opaque with them. What
    /// the host's security modules label (security.selinux, security.ima) is the host's.</summary>
    internal static bool IsKept(string name, UnpackRules rules) =>
        name.StartsWith(OfUsers, StringComparison.Ordinal) ? !name.StartsWith("user.overlay.", StringComparison.Ordinal)
        : name is "security.capability" ? rules.Privileged
        : name is "system.posix_acl_access" or "system.posix_acl_default";

    private static bool IsOfUsers(TarAttribute attribute) => attribute.Name.StartsWith(OfUsers, StringComparison.Ordinal);

    private static Errno Set(FileHandle file, IEnumerable<TarAttribute> attributes, UnpackRules rules)
    {
        foreach (TarAttribute attribute in attributes.Where(attribute => IsKept(attribute.Name, rules)))
        {
            Errno error = ExtendedAttributes.Set(file, attribute.Name, attribute.Value.Span);
            if (Tolerate(error) != Errno.None)
            {
                return error;
            }
        }
        return Errno.None;
    }

    // A file system without attributes still holds the files.
    private static Errno Tolerate(Errno error) => error == Errno.EOPNOTSUPP ? Errno.None : error;
}

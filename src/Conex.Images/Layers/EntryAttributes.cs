using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>Owner, mode, extended attributes and time of an entry, in the order in which one call does not undo another: chown(2) clears
/// the set-user-ID bit and file capabilities.</summary>
internal static class EntryAttributes
{
    private const uint SpecialBits = 0xE00;

    /// <summary>Sets those of an open file or directory.</summary>
    /// <param name="currentMode">The mode it was made with, when that is known to be as asked.</param>
    internal static Errno Apply(FileHandle file, TarEntry entry, UnpackRules rules, uint? currentMode)
    {
        Errno error = Errno.None;
        if (rules.Privileged && (entry.UserId != 0 || entry.GroupId != 0 || currentMode is null))
        {
            error = OpenFile.SetOwner(file, entry.UserId, entry.GroupId);
        }
        if (error == Errno.None && currentMode != entry.Mode)
        {
            error = OpenFile.SetMode(file, entry.Mode);
        }
        foreach (TarAttribute attribute in entry.Attributes)
        {
            if (error == Errno.None && IsKept(attribute.Name, rules))
            {
                error = Tolerate(ExtendedAttributes.Set(file, attribute.Name, attribute.Value.Span));
            }
        }
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
            if (error == Errno.None && IsKept(attribute.Name, rules) && !attribute.Name.StartsWith("user.", StringComparison.Ordinal))
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
        name.StartsWith("user.", StringComparison.Ordinal) ? !name.StartsWith("user.overlay.", StringComparison.Ordinal)
        : name is "security.capability" ? rules.Privileged
        : name is "system.posix_acl_access" or "system.posix_acl_default";

    // A file system without attributes still holds the files.
    private static Errno Tolerate(Errno error) => error == Errno.EOPNOTSUPP ? Errno.None : error;
}

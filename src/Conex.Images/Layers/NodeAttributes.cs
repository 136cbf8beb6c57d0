using System.Buffers.Binary;
using System.Text;
using Conex.Images.Erofs;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>Owner, mode, extended attributes and time of an entry for a tree in memory: with the checks and side effects of the calls by which
/// <see cref="EntryAttributes"/> sets them on a disk.</summary>
internal static class NodeAttributes
{
    private const int LongestName = 255;
    private const int LongestValue = 65536;

    internal static Errno Apply(ErofsNode node, TarEntry entry, UnpackRules rules)
    {
        bool isLink = node.Kind == FileKind.SymbolicLink;
        node.UserId = entry.UserId;
        node.GroupId = entry.GroupId;
        node.Mode = isLink ? 0x1FF : entry.Mode;
        node.Modified = entry.Modified;
        node.IsImplied = false;
        OrderedDictionary<string, TarAttribute> attributes = AttributesOf(node);
        Errno result = Errno.None;
        foreach (TarAttribute attribute in entry.Attributes)
        {
            // xattr(7): only regular files and directories have user attributes.
            bool isMeant =
                EntryAttributes.IsKept(attribute.Name, rules)
                && (node.Kind is FileKind.Regular or FileKind.Directory || !attribute.Name.StartsWith("user.", StringComparison.Ordinal));
            Errno error = isMeant ? Set(node, attributes, attribute) : Errno.None;
            // As on a file system without such attributes.
            if (error is not (Errno.None or Errno.EOPNOTSUPP))
            {
                result = error;
                break;
            }
        }
        if (entry.Attributes.Count > 0)
        {
            node.Attributes = attributes.Values;
        }
        return result;
    }

    /// <summary>overlayfs's mark of a directory that ends the merge.</summary>
    internal static void SetOpaque(ErofsNode directory, UnpackRules rules)
    {
        OrderedDictionary<string, TarAttribute> attributes = AttributesOf(directory);
        attributes[rules.OpaqueAttribute] = new TarAttribute(rules.OpaqueAttribute, "y"u8.ToArray());
        directory.Attributes = attributes.Values;
    }

    /// <summary>Whether lower layers show through a directory no more.</summary>
    internal static bool IsOpaque(ErofsNode directory, UnpackRules rules) =>
        directory.Attributes.Any(attribute => string.Equals(attribute.Name, rules.OpaqueAttribute, StringComparison.Ordinal));

    private static Errno Set(ErofsNode node, OrderedDictionary<string, TarAttribute> attributes, TarAttribute attribute)
    {
        if (Encoding.UTF8.GetByteCount(attribute.Name) > LongestName)
        {
            return Errno.ERANGE;
        }
        if (attribute.Value.Length > LongestValue)
        {
            return Errno.E2BIG;
        }
        switch (attribute.Name)
        {
            case "user.":
                return Errno.EINVAL;
            // vfs_setxattr() takes an empty one as any other attribute.
            case "security.capability" when !attribute.Value.IsEmpty && !IsCapability(attribute.Value.Span):
                return Errno.EINVAL;
            case AccessControlList.AccessName or AccessControlList.DefaultName:
                return SetAccess(node, attributes, attribute);
            default:
                attributes[attribute.Name] = attribute;
                return Errno.None;
        }
    }

    private static Errno SetAccess(ErofsNode node, OrderedDictionary<string, TarAttribute> attributes, TarAttribute attribute)
    {
        bool isDefault = attribute.Name is AccessControlList.DefaultName;
        // setxattr(2) with nothing removes the ACL.
        Errno error = attribute.Value.IsEmpty ? Errno.None : AccessControlList.Check(attribute.Value.Span);
        if (error != Errno.None || node.Kind == FileKind.SymbolicLink)
        {
            return error == Errno.None ? Errno.EOPNOTSUPP : error;
        }
        if (attribute.Value.Length <= AccessControlList.HeaderSize)
        {
            attributes.Remove(attribute.Name);
            return Errno.None;
        }
        if (isDefault)
        {
            if (!node.IsDirectory)
            {
                return Errno.EACCES;
            }
            attributes[attribute.Name] = attribute;
            return Errno.None;
        }
        node.Mode = AccessControlList.ModeWith(attribute.Value.Span, node.Mode, out bool isMore);
        if (isMore)
        {
            attributes[attribute.Name] = attribute;
        }
        else
        {
            attributes.Remove(attribute.Name);
        }
        return Errno.None;
    }

    // cap_convert_nscap() of the kernel: revision 2 with 20 bytes, revision 3 with 24.
    private static bool IsCapability(ReadOnlySpan<byte> value) =>
        (value.Length, value.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(value) & 0xFF000000)
            is
                (20, 0x02000000)
                or
                (24, 0x03000000);

    private static OrderedDictionary<string, TarAttribute> AttributesOf(ErofsNode node)
    {
        var attributes = new OrderedDictionary<string, TarAttribute>(StringComparer.Ordinal);
        foreach (TarAttribute attribute in node.Attributes)
        {
            attributes[attribute.Name] = attribute;
        }
        return attributes;
    }
}

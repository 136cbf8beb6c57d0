using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>The extended attributes that an archive of a tree holds: all but overlayfs's own marks, and labels that mean something on this
/// host alone.</summary>
internal static class TreeAttributes
{
    private const string OpaqueOfRoot = "trusted.overlay.opaque";
    private const string OpaqueOfUsers = "user.overlay.opaque";

    internal static IReadOnlyList<TarAttribute> Read(FileHandle parent, byte[] name, out bool isOpaque)
    {
        isOpaque = false;
        List<TarAttribute>? attributes = null;
        foreach (string attribute in ExtendedAttributes.ListAt(parent, name).Order(StringComparer.Ordinal))
        {
            if (TryGet(parent, name, attribute) is not { } value)
            {
                continue;
            }
            if (attribute is OpaqueOfRoot or OpaqueOfUsers)
            {
                isOpaque |= value is [(byte)'y'];
            }
            else if (!IsOfThisHost(attribute))
            {
                (attributes ??= []).Add(new TarAttribute(attribute, value));
            }
        }
        return attributes ?? [];
    }

    private static byte[]? TryGet(FileHandle parent, byte[] name, string attribute)
    {
        try
        {
            return ExtendedAttributes.GetAt(parent, name, attribute);
        }
        catch (KernelException e) when (e.Error == Errno.EINVAL)
        {
            // An empty security.capability: the kernel takes it, and does not give it back.
            return null;
        }
    }

    private static bool IsOfThisHost(string attribute) =>
        attribute.StartsWith("trusted.", StringComparison.Ordinal)
        || attribute.StartsWith("user.overlay.", StringComparison.Ordinal)
        || attribute is "security.selinux" or "security.ima" or "security.evm";
}

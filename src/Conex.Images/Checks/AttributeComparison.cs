using System.Globalization;
using Conex.Images.Erofs;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Checks;

/// <summary>Compares extended attributes and times of an unpacked file with those that its tar gives it. What its file system cannot keep is no difference.</summary>
internal static class AttributeComparison
{
    /// <summary>The first attribute that differs as a half sentence; null when none does.</summary>
    /// <param name="actual">Those that the file has.</param>
    internal static string? Difference(
        IReadOnlyList<TarAttribute> actual,
        ErofsNode node,
        UnpackRules rules,
        DirectoryHandle directory,
        byte[] name
    )
    {
        Dictionary<string, byte[]> there = actual
            .Where(attribute => EntryAttributes.IsKept(attribute.Name, rules))
            .ToDictionary(attribute => attribute.Name, attribute => attribute.Value.ToArray(), StringComparer.Ordinal);
        foreach (TarAttribute wanted in node.Attributes.Where(attribute => EntryAttributes.IsKept(attribute.Name, rules)))
        {
            if (!there.Remove(wanted.Name, out byte[]? value))
            {
                if (CanKeep(directory, name, wanted.Name))
                {
                    return $"lacks the attribute {wanted.Name}";
                }
            }
            else if (!IsSame(wanted, value))
            {
                return $"has another value of the attribute {wanted.Name}";
            }
        }
        return there.Count > 0 ? $"has the attribute {there.Keys.Min(StringComparer.Ordinal)}, which the tar does not give it" : null;
    }

    /// <summary>Another time as a half sentence; null when it is the tar's.</summary>
    internal static string? Difference(FileStatus status, ErofsNode node)
    {
        var actual = new TarTime(status.ModifiedSeconds, status.ModifiedNanoseconds);
        return node.IsImplied || LayerTree.IsWhiteout(node) || actual == node.Modified || IsNearest(actual, node.Modified)
            ? null
            : $"has the time {Text(actual)} instead of {Text(node.Modified)}";
    }

    private static bool IsSame(TarAttribute wanted, ReadOnlySpan<byte> value) =>
        wanted.Name switch
        {
            AccessControlList.AccessName or AccessControlList.DefaultName => AccessControlList.AreSame(wanted.Value.Span, value),
            // Linux security/commoncap.c, cap_inode_getsecurity(): one of revision 3 for the first root reads as one of revision 2.
            "security.capability" when wanted.Value.Span is [.. var capability, 0, 0, 0, 0] && value.Length == capability.Length =>
                capability[..3].SequenceEqual(value[..3]) && capability[4..].SequenceEqual(value[4..]),
            _ => wanted.Value.Span.SequenceEqual(value),
        };

    /// <summary>Whether reading an attribute says that it is not there. A file system without such attributes says EOPNOTSUPP; and an empty capability,
    /// which the kernel takes, it does not give back.</summary>
    private static bool CanKeep(DirectoryHandle directory, byte[] name, string attribute)
    {
        try
        {
            return ExtendedAttributes.GetAt(directory, name, attribute) is null;
        }
        catch (KernelException e) when (e.Error is Errno.EOPNOTSUPP or Errno.EINVAL)
        {
            return false;
        }
    }

    // Linux fs/inode.c, timestamp_truncate(): beyond the first and the last second of the file system comes that second, which is no later than 1970
    // and no earlier than 2038; and some keep whole seconds.
    private static bool IsNearest(TarTime actual, TarTime wanted) =>
        actual.Nanoseconds == 0
        && (
            actual.Seconds == wanted.Seconds
            || (wanted.Seconds > actual.Seconds ? actual.Seconds >= int.MaxValue : wanted.Seconds < 0 && actual.Seconds <= 0)
        );

    private static string Text(TarTime time) => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}.{time.Nanoseconds:D9}");
}

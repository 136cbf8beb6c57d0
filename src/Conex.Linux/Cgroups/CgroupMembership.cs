using System.Text;

namespace Conex.Linux.Cgroups;

/// <summary>A process's place in every hierarchy: the text of /proc/PID/cgroup (cgroups(7)).</summary>
internal static class CgroupMembership
{
    /// <summary>The path in the hierarchy called <paramref name="name"/>; null when the text does not know it.</summary>
    /// <param name="text">Lines of <c>number:controllers:path</c>; the version 2 tree has no controllers there.</param>
    internal static string? Find(ReadOnlySpan<byte> text, string name)
    {
        while (text.Length > 0)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            int first = line.IndexOf((byte)':');
            if (first < 0)
            {
                continue;
            }
            ReadOnlySpan<byte> rest = line[(first + 1)..];
            // The path may hold colons, the list of controllers cannot; "name=a:b" is refused by the kernel.
            int second = rest.IndexOf((byte)':');
            if (second >= 0 && SameControllers(Encoding.UTF8.GetString(rest[..second]), name))
            {
                return Encoding.UTF8.GetString(rest[(second + 1)..]);
            }
        }
        return null;
    }

    /// <summary>Mount options and /proc may list the controllers in different orders.</summary>
    private static bool SameControllers(string left, string right)
    {
        if (left == right)
        {
            return true;
        }
        if (left.Length != right.Length || left.Length == 0)
        {
            return false;
        }
        string[] a = left.Split(',');
        string[] b = right.Split(',');
        Array.Sort(a, StringComparer.Ordinal);
        Array.Sort(b, StringComparer.Ordinal);
        return a.AsSpan().SequenceEqual(b);
    }
}

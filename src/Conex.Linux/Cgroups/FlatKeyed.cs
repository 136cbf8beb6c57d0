using System.Buffers.Text;

namespace Conex.Linux.Cgroups;

/// <summary>The kernel's "flat keyed" files: lines of a key, a space and a number (cgroup-v2.rst).</summary>
internal static class FlatKeyed
{
    /// <summary>The number that stands after a key; null when the key is missing or no number follows.</summary>
    internal static ulong? Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        while (text.Length > 0)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key))
            {
                return Utf8Parser.TryParse(line[(key.Length + 1)..], out ulong value, out _) ? value : null;
            }
        }
        return null;
    }
}

using System.Globalization;
using System.Text;

namespace Conex.Images.Tar;

/// <summary>How a file with holes is written: GNU's sparse format 1.0 in PAX headers. The entry's content begins with the list of its pieces.</summary>
internal static class SparseHeader
{
    /// <summary>The list: decimal numbers, one a line, filled up to a block.</summary>
    internal static byte[] Map(IReadOnlyList<SparseSegment> segments)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{segments.Count}\n");
        foreach (SparseSegment segment in segments)
        {
            text.Append(CultureInfo.InvariantCulture, $"{segment.Offset}\n{segment.Length}\n");
        }
        byte[] map = new byte[(text.Length + TarInput.BlockSize - 1) / TarInput.BlockSize * TarInput.BlockSize];
        Encoding.ASCII.GetBytes(text.ToString(), map);
        return map;
    }

    /// <summary>The name that readers without the format see.</summary>
    internal static byte[] StandIn(ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/');
        return [.. path[..(slash + 1)], .. "GNUSparseFile.0/"u8, .. path[(slash + 1)..]];
    }
}

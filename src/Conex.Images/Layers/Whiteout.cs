namespace Conex.Images.Layers;

/// <summary>Names by which a layer takes away what lower layers have (image-spec layer.md, "Whiteouts").</summary>
internal static class Whiteout
{
    private static ReadOnlySpan<byte> Prefix => ".wh."u8;

    private static ReadOnlySpan<byte> AufsPrefix => ".wh..wh."u8;

    private static ReadOnlySpan<byte> OpaqueName => ".wh..wh..opq"u8;

    internal static bool Is(ReadOnlySpan<byte> name) => name.StartsWith(Prefix);

    /// <summary>Everything of lower layers in this directory is hidden.</summary>
    internal static bool IsOpaque(ReadOnlySpan<byte> name) => name.SequenceEqual(OpaqueName);

    /// <summary>What AUFS kept for itself and old archives still have (.wh..wh.plnk and the like): no part of the image.</summary>
    internal static bool IsAufsMetadata(ReadOnlySpan<byte> path)
    {
        foreach (Range range in path.Split((byte)'/'))
        {
            if (path[range].StartsWith(AufsPrefix) && !IsOpaque(path[range]))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The entry that hides a path of lower layers.</summary>
    internal static byte[] NameFor(ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/');
        return [.. path[..(slash + 1)], .. Prefix, .. path[(slash + 1)..]];
    }

    /// <summary>The entry that hides everything of lower layers in a directory.</summary>
    internal static byte[] OpaqueIn(ReadOnlySpan<byte> path) => [.. path, (byte)'/', .. OpaqueName];

    /// <summary>What to say of a hard link to a name that an earlier entry took away: as a link to overlayfs's form of a whiteout it would hide a file itself.</summary>
    internal static LayerException LinkTo(LayerPath target, LayerPath path) =>
        new($"the layer has a hard link, {path}, to {target}, which the layer itself takes away");

    /// <summary>The name that is hidden.</summary>
    /// <exception cref="LayerException">It is none, or the directory itself or its parent.</exception>
    internal static ReadOnlySpan<byte> Target(LayerPath path)
    {
        ReadOnlySpan<byte> target = path.Name[Prefix.Length..];
        return target.IsEmpty || target.SequenceEqual("."u8) || target.SequenceEqual(".."u8)
            ? throw new LayerException($"the layer has a whiteout, {path}, that names no file")
            : target;
    }
}

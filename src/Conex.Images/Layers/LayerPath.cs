using System.Text;

namespace Conex.Images.Layers;

/// <summary>The path of an entry within its layer, normalised: no slash at either end, no empty component, no "." and no "..";
/// empty for the layer's root.</summary>
internal readonly record struct LayerPath
{
    private readonly ReadOnlyMemory<byte> bytes;

    private LayerPath(ReadOnlyMemory<byte> bytes) => this.bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => bytes.Span;

    internal bool IsRoot => bytes.IsEmpty;

    /// <summary>Everything before the last component; empty when that is the root.</summary>
    internal ReadOnlySpan<byte> Parent => Bytes[..Math.Max(Bytes.LastIndexOf((byte)'/'), 0)];

    /// <summary>The last component.</summary>
    internal ReadOnlySpan<byte> Name => Bytes[(Bytes.LastIndexOf((byte)'/') + 1)..];

    /// <summary>Absolute paths are taken from the layer's root; ".." is taken back where it stands, before any symbolic link is looked at.</summary>
    /// <exception cref="LayerException">The path leads above the root.</exception>
    internal static LayerPath Normalise(ReadOnlyMemory<byte> path)
    {
        ReadOnlySpan<byte> span = path.Span;
        int start = span.StartsWith("./"u8) ? 2 : 0;
        int end = span.EndsWith("/"u8) ? span.Length - 1 : span.Length;
        if (start <= end && IsNormal(span[start..end]))
        {
            return new LayerPath(path[start..end]);
        }
        byte[] result = new byte[span.Length];
        int length = 0;
        foreach (Range range in span.Split((byte)'/'))
        {
            ReadOnlySpan<byte> component = span[range];
            if (component.IsEmpty || component.SequenceEqual("."u8))
            {
                continue;
            }
            if (component.SequenceEqual(".."u8))
            {
                if (length == 0)
                {
                    throw new LayerException($"the layer has an entry, {Show(span)}, that leads out of it");
                }
                length = Math.Max(result.AsSpan(0, length).LastIndexOf((byte)'/'), 0);
                continue;
            }
            if (length > 0)
            {
                result[length++] = (byte)'/';
            }
            component.CopyTo(result.AsSpan(length));
            length += component.Length;
        }
        return new LayerPath(result.AsMemory(0, length));
    }

    public override string ToString() => Show(Bytes);

    /// <summary>A path for messages, without anything that a terminal would obey.</summary>
    internal static string Show(ReadOnlySpan<byte> path)
    {
        var text = new StringBuilder(Encoding.UTF8.GetString(path.Length > 200 ? path[..200] : path));
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = char.IsControl(text[i]) ? '?' : text[i];
        }
        return path.IsEmpty ? "/" : text.ToString();
    }

    private static bool IsNormal(ReadOnlySpan<byte> path)
    {
        foreach (Range range in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> component = path[range];
            if (component.IsEmpty || component.SequenceEqual("."u8) || component.SequenceEqual(".."u8))
            {
                return path.IsEmpty;
            }
        }
        return true;
    }
}

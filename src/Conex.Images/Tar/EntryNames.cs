using System.Text;

namespace Conex.Images.Tar;

/// <summary>What may be the name and the type of an entry.</summary>
internal static class EntryNames
{
    /// <exception cref="TarException">The type is unknown, or needs a second archive.</exception>
    internal static TarEntryType Type(byte flag, byte[] path) =>
        flag switch
        {
            (byte)'0' or (byte)'7' or (byte)'S' => TarEntryType.File,
            // Before ustar, a directory was a file with a slash at the end.
            0 => path.Length > 0 && path[^1] == '/' ? TarEntryType.Directory : TarEntryType.File,
            (byte)'1' => TarEntryType.HardLink,
            (byte)'2' => TarEntryType.SymbolicLink,
            (byte)'3' => TarEntryType.CharacterDevice,
            (byte)'4' => TarEntryType.BlockDevice,
            (byte)'5' or (byte)'D' => TarEntryType.Directory,
            (byte)'6' => TarEntryType.Fifo,
            (byte)'M' => throw new TarException($"the tar continues a file of another volume, {Text(path)}: join the volumes first"),
            _ => throw new TarException($"the tar has an entry, {Text(path)}, of unknown type 0x{flag:x2}"),
        };

    /// <exception cref="TarException">A name is empty, too long or holds a NUL.</exception>
    internal static void Check(byte[] path, byte[] link, TarLimits limits)
    {
        if (path.Length == 0)
        {
            throw new TarException("the tar has an entry without a name");
        }
        if (path.Length > limits.PathLength || link.Length > limits.PathLength)
        {
            throw new TarException(
                $"the tar has an entry, {Text(path)}, whose name or link target is longer than {limits.PathLength} bytes"
            );
        }
        if (path.AsSpan().Contains((byte)0) || link.AsSpan().Contains((byte)0))
        {
            throw new TarException($"the tar has an entry, {Text(path)}, whose name or link target holds a NUL byte");
        }
    }

    /// <summary>A path for messages: short, and nothing in it that a terminal would obey.</summary>
    internal static string Text(ReadOnlySpan<byte> path)
    {
        string text = Encoding.UTF8.GetString(path.Length > 200 ? path[..200] : path);
        return string.Create(
            text.Length,
            text,
            static (span, source) =>
            {
                for (int i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsControl(source[i]) ? '?' : source[i];
                }
            }
        );
    }
}

namespace Conex.Runtime.Monitors;

/// <summary>Lines that arrive in pieces. A line has a limit: nobody can make the monitor grow.</summary>
internal sealed class LineBuffer
{
    /// <summary>Bytes of the longest line, with its newline.</summary>
    internal const int LongestLine = 64;

    private readonly byte[] bytes = new byte[LongestLine];
    private int count;

    /// <summary>Where the next bytes go; empty when the line is too long.</summary>
    internal Span<byte> Space => bytes.AsSpan(count);

    /// <summary>Takes account of bytes that were put into <see cref="Space"/>.</summary>
    internal void Add(int added) => count += added;

    /// <summary>Moves the first complete line, without its newline, to <paramref name="line"/>.</summary>
    /// <param name="line">At least <see cref="LongestLine"/> bytes.</param>
    /// <returns>False when no line is complete.</returns>
    internal bool TryTake(Span<byte> line, out int length)
    {
        length = bytes.AsSpan(0, count).IndexOf((byte)'\n');
        if (length < 0)
        {
            return false;
        }
        bytes.AsSpan(0, length).CopyTo(line);
        bytes.AsSpan(length + 1, count - length - 1).CopyTo(bytes);
        count -= length + 1;
        return true;
    }
}

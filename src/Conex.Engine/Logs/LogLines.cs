namespace Conex.Engine.Logs;

/// <summary>Reads the complete lines of one log file in order.</summary>
internal sealed class LogLines(LogFile file, long offset)
{
    private long next = offset;
    private byte[] buffer = new byte[64 << 10];
    private int start;
    private int length;

    /// <summary>The file.</summary>
    internal LogFile File => file;

    /// <summary>Where the line last read begins.</summary>
    internal long Position { get; private set; } = offset;

    /// <summary>Where the next line will begin.</summary>
    internal long End => next;

    /// <summary>The next complete line without its line feed; false when there is none yet. Valid until the next call.</summary>
    internal bool TryRead(out ReadOnlyMemory<byte> line)
    {
        while (true)
        {
            int end = buffer.AsSpan(start, length).IndexOf((byte)'\n');
            if (end >= 0)
            {
                line = buffer.AsMemory(start, end);
                Position = next;
                next += end + 1;
                start += end + 1;
                length -= end + 1;
                return true;
            }
            Compact();
            int count = file.Read(buffer.AsSpan(length), next + length);
            if (count == 0)
            {
                line = default;
                return false;
            }
            length += count;
        }
    }

    private void Compact()
    {
        buffer.AsSpan(start, length).CopyTo(buffer);
        start = 0;
        if (length == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }
    }
}

namespace Conex.Engine.Logs;

/// <summary>Finds a moment in a log file by halving: records are in the order of their times.</summary>
internal static class LogSearch
{
    private const int Block = 64 << 10;

    /// <summary>An offset at which a record begins, and before which no record is of <paramref name="time"/> or later.</summary>
    internal static long Before(LogFile file, LogTime time)
    {
        byte[] buffer = new byte[Block];
        long low = 0;
        long high = file.Size;
        while (high - low > Block)
        {
            long middle = low + ((high - low) / 2);
            int length = file.Read(buffer, middle);
            ReadOnlySpan<byte> block = buffer.AsSpan(0, length);
            int start = block.IndexOf((byte)'\n') + 1;
            int end = start == 0 ? -1 : block[start..].IndexOf((byte)'\n');
            if (end < 0 || !LogRecord.TryParse(block.Slice(start, end), out LogRecord record) || record.Time >= time)
            {
                high = middle;
            }
            else
            {
                low = middle + start;
            }
        }
        return low;
    }
}

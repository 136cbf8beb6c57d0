namespace Conex.Engine.Logs;

/// <summary>Finds where the last lines of a log begin, by reading from its end in blocks.</summary>
internal static class LogTail
{
    private const int Block = 64 << 10;

    // A line's beginning is looked for at most this far before the wanted lines: a stream that was silent for long has no line there.
    private const long LongestSearch = 1 << 20;

    /// <param name="files">The oldest first.</param>
    /// <param name="lines">How many; of both streams together, when both are wanted.</param>
    internal static LogStart Find(IReadOnlyList<LogFile> files, long lines, bool stdout, bool stderr)
    {
        var search = new Search(lines, stdout, stderr);
        for (int file = files.Count - 1; file >= 0 && !search.IsDone; file--)
        {
            ScanBackwards(files[file], file, search);
        }
        return search.Result;
    }

    private static void ScanBackwards(LogFile file, int number, Search search)
    {
        byte[] buffer = new byte[Block];
        int wanted = Block;
        long end = file.Size;
        while (end > 0 && !search.IsDone)
        {
            if (buffer.Length < wanted)
            {
                buffer = new byte[wanted];
            }
            long start = Math.Max(end - wanted, 0);
            int length = ReadFully(file, buffer.AsSpan(0, (int)(end - start)), start);
            ReadOnlySpan<byte> block = buffer.AsSpan(0, length);
            // Before the first line feed there may be the end of a line that began in an earlier block.
            int firstLine = start == 0 ? 0 : block.IndexOf((byte)'\n') + 1;
            if (firstLine == 0 && start > 0)
            {
                wanted *= 2;
                continue;
            }
            int lineEnd = block.LastIndexOf((byte)'\n');
            while (lineEnd >= firstLine && !search.IsDone)
            {
                int lineStart = Math.Max(block[..lineEnd].LastIndexOf((byte)'\n') + 1, firstLine);
                search.Add(block[lineStart..lineEnd], new LogPosition(number, start + lineStart));
                lineEnd = lineStart - 1;
            }
            if (start == 0)
            {
                return;
            }
            wanted = Block;
            end = start + firstLine;
        }
    }

    private static int ReadFully(LogFile file, Span<byte> buffer, long offset)
    {
        int length = 0;
        while (length < buffer.Length && file.Read(buffer[length..], offset + length) is var count and > 0)
        {
            length += count;
        }
        return length;
    }

    /// <summary>Counts lines from the last record to the first.</summary>
    private sealed class Search(long lines, bool stdout, bool stderr)
    {
        private readonly Side stdoutSide = new(stdout);
        private readonly Side stderrSide = new(stderr);
        private long counted;
        private long beyond;
        private LogPosition first = LogPosition.End;

        internal bool IsDone => lines == 0 || (counted >= lines && (beyond > LongestSearch || (!stdoutSide.IsOpen && !stderrSide.IsOpen)));

        internal LogStart Result =>
            first == LogPosition.End
                ? new LogStart(int.MaxValue, 0, LogPosition.End, LogPosition.End)
                : new LogStart(first.File, first.Offset, stdoutSide.Start, stderrSide.Start);

        internal void Add(ReadOnlySpan<byte> line, LogPosition position)
        {
            if (counted >= lines)
            {
                beyond += line.Length;
            }
            if (!LogRecord.TryParse(line, out LogRecord record))
            {
                return;
            }
            Side side = record.Stream == LogStream.Stdout ? stdoutSide : stderrSide;
            if (!side.IsWanted || side.IsClosed)
            {
                return;
            }
            // Backwards, F is where a line is met; so is the last P of output that never ended its line.
            if (record.IsFull || !side.IsOpen)
            {
                if (counted >= lines)
                {
                    side.Close();
                    return;
                }
                counted++;
                side.Open();
            }
            side.Start = position;
            first = position;
        }
    }

    /// <summary>What is known of one stream.</summary>
    private sealed class Side(bool isWanted)
    {
        internal bool IsWanted => isWanted;

        /// <summary>Whether the line met last may have begun earlier.</summary>
        internal bool IsOpen { get; private set; }

        /// <summary>Whether all its wanted lines are known from their beginning.</summary>
        internal bool IsClosed { get; private set; }

        internal LogPosition Start { get; set; } = LogPosition.End;

        internal void Open() => IsOpen = true;

        internal void Close()
        {
            IsOpen = false;
            IsClosed = true;
        }
    }
}

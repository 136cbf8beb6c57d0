namespace Conex.Engine.Logs;

/// <summary>A line of a log file in CRI's format: <c>2026-01-02T03:04:05.123456789Z stdout F text</c>.</summary>
/// <param name="IsFull">F: the end of a line of output; P: a part that goes on.</param>
/// <param name="TextStart">Where the text begins in the line.</param>
internal readonly record struct LogRecord(LogTime Time, LogStream Stream, bool IsFull, int TextStart)
{
    /// <summary>Reads a line without its line feed; false for a torn or foreign one.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> line, out LogRecord record)
    {
        record = default;
        int space = line.IndexOf((byte)' ');
        if (space < 0 || !LogTime.TryParse(line[..space], out LogTime time))
        {
            return false;
        }
        ReadOnlySpan<byte> rest = line[(space + 1)..];
        LogStream stream;
        if (rest.StartsWith("stdout "u8))
        {
            stream = LogStream.Stdout;
        }
        else if (rest.StartsWith("stderr "u8))
        {
            stream = LogStream.Stderr;
        }
        else
        {
            return false;
        }
        int tag = space + 1 + "stdout ".Length;
        if (line.Length < tag + 2 || line[tag + 1] != (byte)' ' || line[tag] is not ((byte)'F' or (byte)'P'))
        {
            return false;
        }
        record = new LogRecord(time, stream, line[tag] == (byte)'F', tag + 2);
        return true;
    }
}

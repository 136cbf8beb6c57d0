namespace Conex.Engine.Logs;

/// <summary>Which stream a piece of output came from; docker's numbers.</summary>
public enum LogStream : byte
{
    Stdout = 1,
    Stderr = 2,
}

/// <summary>A line of a container's output, or a part of a long one.</summary>
/// <param name="Stream">Where it came from; a terminal's output is stdout.</param>
/// <param name="Time">When the monitor read it.</param>
/// <param name="Bytes">The output with its line feed, when it has one.</param>
/// <param name="StartsLine">Whether this is the first part of its line: where a time stamp belongs.</param>
/// <param name="EndsLine">Whether this is the last part of its line.</param>
public readonly record struct LogEntry(LogStream Stream, LogTime Time, ReadOnlyMemory<byte> Bytes, bool StartsLine, bool EndsLine);

namespace Conex.Engine.Logs;

/// <summary>Where reading begins.</summary>
/// <param name="File">Which of the files, the oldest being 0.</param>
/// <param name="Offset">The first record.</param>
/// <param name="Stdout">Where stdout's first wanted line begins: earlier records of it belong to lines that are not wanted.</param>
/// <param name="Stderr">The same of stderr.</param>
internal readonly record struct LogStart(int File, long Offset, LogPosition Stdout, LogPosition Stderr)
{
    internal bool Includes(LogStream stream, LogPosition position) => position >= (stream == LogStream.Stdout ? Stdout : Stderr);
}

/// <summary>A place in a set of files.</summary>
internal readonly record struct LogPosition(int File, long Offset) : IComparable<LogPosition>
{
    /// <summary>Behind everything.</summary>
    internal static LogPosition End => new(int.MaxValue, long.MaxValue);

    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;

    public int CompareTo(LogPosition other) => File != other.File ? File.CompareTo(other.File) : Offset.CompareTo(other.Offset);
}

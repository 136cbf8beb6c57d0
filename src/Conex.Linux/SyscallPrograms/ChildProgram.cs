namespace Conex.Linux.SyscallPrograms;

/// <summary>A program that <see cref="ChildCalls.RunToEnd"/> runs: in a session of its own, with these three descriptors and no other.</summary>
/// <param name="Path">Resolved where the process stands at that moment.</param>
/// <param name="Arguments">All of argv.</param>
/// <param name="Environment">NAME=value lines, and no others.</param>
/// <param name="Seconds">How long it may run; null: for ever.</param>
/// <param name="Input">A file that is read from its beginning.</param>
public sealed record ChildProgram(
    string Path,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Environment,
    int? Seconds,
    Register Input,
    Register Output,
    Register Error
)
{
    /// <summary>Whether <see cref="Error"/> is a file in memory, whose end is reported when the program fails.</summary>
    public bool ReportsError { get; init; }

    /// <summary>The working directory; null: that of the process.</summary>
    public Register? Directory { get; init; }

    /// <summary>The file mode creation mask; null: that of the process.</summary>
    public uint? Umask { get; init; }
}

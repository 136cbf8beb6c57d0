using Conex.Linux.Files;

namespace Conex.Runtime.Monitors;

/// <summary>What <c>conex-runtime monitor</c> is told on its command line, and the few things in which a test's monitor differs from a program's.</summary>
public sealed record MonitorOptions
{
    /// <summary>The container.</summary>
    public required string ContainerId { get; init; }

    /// <summary>The directory that gets <c>monitor.sock</c> and <c>exit.json</c>.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>The bundle of a container; null for an exec.</summary>
    public string? Bundle { get; init; }

    /// <summary>The file that describes the process of an exec; null for a container.</summary>
    public string? ProcessFile { get; init; }

    /// <summary>The log; null writes none.</summary>
    public string? LogFile { get; init; }

    /// <summary>The size in bytes that a log file does not pass; 0 never rotates.</summary>
    public long LogMaximumSize { get; init; }

    /// <summary>How many log files are kept, the one that is written included.</summary>
    public int LogMaximumFiles { get; init; } = 1;

    /// <summary>Whether standard input comes from attached clients; otherwise it is /dev/null.</summary>
    public bool Stdin { get; init; }

    /// <summary>Whether standard input ends with the first attached client whose input ends. Always so for an exec, which has one client.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>The program of the engine, started at the end when nobody listens on <see cref="EngineSocket"/>; null starts none.</summary>
    public string? EngineProgram { get; init; }

    /// <summary>The engine's socket.</summary>
    public string? EngineSocket { get; init; }

    /// <summary>Whether the process is the monitor's own: then it gets a session, its signals are caught, and its standard input and output
    /// become /dev/null. False where it is a thread among others.</summary>
    public bool OwnsProcess { get; init; } = true;

    /// <summary>Gets the line <c>listening</c>; null: standard output.</summary>
    public FileHandle? Announcement { get; init; }

    /// <summary>Gets sentences about what went wrong without ending the container; null: standard error.</summary>
    public FileHandle? Diagnostics { get; init; }

    /// <summary>Milliseconds that a monitor waits for its start while nobody is connected: an engine that died must not leave it behind.</summary>
    public int StartPatience { get; init; } = 30_000;

    internal bool InputEndsWithClient => StdinOnce || ProcessFile is not null;
}

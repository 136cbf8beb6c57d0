namespace Conex.Engine.Logs;

/// <summary>Which part of a log is wanted.</summary>
public sealed record LogQuery
{
    public bool Stdout { get; init; } = true;

    public bool Stderr { get; init; } = true;

    /// <summary>Only so many lines from the end; null: all.</summary>
    public long? Tail { get; init; }

    /// <summary>Nothing before this moment.</summary>
    public LogTime? Since { get; init; }

    /// <summary>Nothing after this moment.</summary>
    public LogTime? Until { get; init; }

    /// <summary>Whether to go on until the container's run ends.</summary>
    public bool Follow { get; init; }
}

namespace Conex.Engine.Containers;

/// <summary>What a wait waits for.</summary>
public enum WaitCondition
{
    /// <summary>The container does not run; at once when it never did.</summary>
    NotRunning,

    /// <summary>The end of the run that comes next or goes on.</summary>
    NextExit,

    /// <summary>The container is removed.</summary>
    Removed,
}

/// <summary>How a wait ended.</summary>
/// <param name="ExitCode">The exit code of the last run.</param>
/// <param name="Error">Why that run ended strangely; null when it did not.</param>
public sealed record WaitResult(int ExitCode, string? Error);

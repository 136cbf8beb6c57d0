namespace Conex.Engine.Errors;

/// <summary>A container or an exec could not be started.</summary>
/// <param name="message">What the runtime tried, on what, and why it failed.</param>
/// <param name="exitCode">As shells count: 127 when the program was not found, 126 when it cannot be executed, 128 for anything else.</param>
public sealed class StartFailedException(string message, int exitCode) : Exception(message)
{
    /// <summary>127, 126 or 128.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>Whether the request is to blame (no such program, not executable) and not the engine or the host.</summary>
    public bool IsRequestFault => ExitCode is 126 or 127;
}

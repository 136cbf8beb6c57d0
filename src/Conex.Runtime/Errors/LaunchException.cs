namespace Conex.Runtime.Errors;

/// <summary>The container's process could not be started; the message is a sentence for the user.</summary>
/// <param name="exitCode">What a shell would exit with: 126 found but not executable, 127 not found, 1 anything else.</param>
public sealed class LaunchException(string message, int exitCode) : Exception(message)
{
    /// <summary>What a shell would exit with: 126 found but not executable, 127 not found, 1 anything else.</summary>
    public int ExitCode { get; } = exitCode;
}

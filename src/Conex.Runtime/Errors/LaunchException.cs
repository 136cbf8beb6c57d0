using Conex.Linux.Errors;

namespace Conex.Runtime.Errors;

/// <summary>The container's process could not be started; the message is a sentence for the user.</summary>
/// <param name="exitCode">What a shell would exit with: 126 found but not executable, 127 not found, 1 anything else.</param>
public sealed class LaunchException(string message, int exitCode) : Exception(message)
{
    /// <summary>What a shell would exit with: 126 found but not executable, 127 not found, 1 anything else.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>Whether a hook is the reason: then nothing may be left of the container (runtime-spec runtime.md, "Lifecycle").</summary>
    public bool IsByHook { get; init; }

    /// <summary>The system call that failed, where that is known.</summary>
    public string? Call { get; init; }

    /// <summary>What it was made for: the step of the launch plan.</summary>
    public string? Step { get; init; }

    /// <summary>The kernel's answer; <see cref="Errno.None"/> where the kernel gave none.</summary>
    public Errno Error { get; init; }
}

using Conex.Linux.Processes;

namespace Conex.Cli.Terminals;

/// <summary>A signal ends this process once the terminal is restored.</summary>
internal sealed class InterruptedException(Signal signal) : Exception
{
    /// <summary>The exit code by the shells' convention.</summary>
    internal int ExitCode { get; } = 128 + (int)signal;
}

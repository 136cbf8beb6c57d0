namespace Conex.Cli.Output;

/// <summary>A command cannot go on; the message is all that the user sees.</summary>
internal sealed class CommandException(string message, int exitCode = 1) : Exception(message)
{
    internal int ExitCode { get; } = exitCode;
}

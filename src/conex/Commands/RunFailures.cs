using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.Linux.Errors;

namespace Conex.Cli.Commands;

/// <summary>How <c>run</c> and <c>create</c> report: with the program's name, a pointer to help, and docker's exit codes.</summary>
internal static class RunFailures
{
    private const int NotRun = 125;
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    internal static int Report(Invocation invocation, Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception failure)
            when (failure
                    is FormatException
                        or EngineException
                        or EngineUnreachableException
                        or DaemonStartException
                        or KernelException { Error: not Errno.EPIPE }
            )
        {
            throw Of(invocation, Failures.Sentence(failure)!, ExitCode(failure));
        }
        catch (CommandException failure) when (failure.ExitCode == NotRun)
        {
            throw Of(invocation, failure.Message, NotRun);
        }
    }

    /// <summary>A shell's codes for a program that cannot be executed, read from the words of the engine's refusal.</summary>
    private static int ExitCode(Exception failure)
    {
        var message = failure.Message;
        // All engines say so when it was the program; what the engine itself may not do has the same words of the kernel in it.
        if (failure is not EngineException || !message.Contains("container process", StringComparison.Ordinal))
            return NotRun;
        if (
            message.Contains("executable file not found", StringComparison.Ordinal)
            || message.Contains("no such file or directory", StringComparison.Ordinal)
        )
            return NotFound;
        return
            message.Contains("permission denied", StringComparison.Ordinal) || message.Contains("is a directory", StringComparison.Ordinal)
            ? NotExecutable
            : NotRun;
    }

    private static CommandException Of(Invocation invocation, string sentence, int exitCode) =>
        new($"{invocation.Program.Root.Name}: {sentence}\n\nRun '{invocation.Path} --help' for more information", exitCode);
}

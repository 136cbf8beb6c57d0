using Conex.Cli.Daemon;
using Conex.Cli.Terminals;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.Linux.Errors;

namespace Conex.Cli.Output;

/// <summary>The one table from errors to messages and exit codes.</summary>
internal static class Failures
{
    private const int BrokenPipe = 141;

    /// <summary>Runs a command; says what went wrong, if anything, and with which code the program ends.</summary>
    internal static int Report(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (KernelException pipe) when (pipe.Error == Errno.EPIPE)
        {
            // Whoever read the output, head(1) perhaps, has seen enough.
            return BrokenPipe;
        }
        catch (InterruptedException signal)
        {
            return signal.ExitCode;
        }
        catch (CommandException failure)
        {
            Print.Error(failure.Message.Length == 0 ? "" : failure.Message + "\n");
            return failure.ExitCode;
        }
        catch (Exception failure) when (Sentence(failure) is { } sentence)
        {
            Print.ErrorLine(sentence);
            return 1;
        }
    }

    /// <summary>What to tell the user about a foreseen failure; null for one that is a mistake in this program.</summary>
    internal static string? Sentence(Exception failure) =>
        failure switch
        {
            EngineException refused => $"Error response from daemon: {refused.Message}",
            EngineUnreachableException
            or DaemonStartException
            or KernelException
            or CommandException
            or UsageException
            or FormatException => failure.Message,
            _ => null,
        };
}
